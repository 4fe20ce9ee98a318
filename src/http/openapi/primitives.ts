import { z } from "@hono/zod-openapi";
import { isoTime } from "../../domain/iso-time.js";
import { jsonLeaves } from "../../domain/json.js";
import type { JsonObject, JsonValue } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import { EMPTY, FilterProblem, parseCondition } from "../../memory/conditions/parse.js";
import { DOT_PART, isDotPart } from "../../domain/dot-part.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { isWellFormed, jsonDepth, metadataProblem } from "../../memory/model/metadata.js";
import { MEMORY_TYPES } from "../../memory/model/record.js";

/** Text of at most `bytes` of UTF-8. A lone surrogate has no UTF-8, so it couldn't be given back as it came. */
export function text(bytes: number) {
  return z
    .string()
    .min(1, "Must not be empty.")
    .refine((value) => value.isWellFormed(), "Must be well-formed Unicode (it has a lone surrogate).")
    .refine((value) => Buffer.byteLength(value) <= bytes, `Must not exceed ${bytes} bytes of UTF-8.`)
    .openapi({ maxLength: bytes });
}

/** As {@link text}, with something other than white space in it. */
export function nonBlank(bytes: number, message = "Must not be blank.") {
  return text(bytes)
    .refine((value) => value.trim() !== "", message)
    .openapi({ maxLength: bytes, pattern: "\\S" });
}

/** As {@link text}, without `.` and `..`: every client resolves those before it sends a path. */
export function pathText(bytes: number) {
  return text(bytes)
    .refine((value) => !isDotPart(value), DOT_PART)
    .openapi({ maxLength: bytes, pattern: "^([^.]|\\.[^.]|\\.\\..)" });
}

export const identifier = text(LIMITS.identifierBytes);

/** The name of a subject, predicate or object. */
export const factName = text(LIMITS.identifierBytes)
  .refine((value) => normaliseName(value) !== "", "Must not be blank.")
  .openapi({ maxLength: LIMITS.identifierBytes, pattern: "\\S" });

/** As {@link factName}, of what a path can name once it's stored, which is as names are compared: see {@link pathText}. */
export const newName = factName
  .refine((value) => !isDotPart(normaliseName(value)), DOT_PART)
  .openapi({
    maxLength: LIMITS.identifierBytes,
    pattern: "[^\\s.\\u2024\\u2025\\ufe52\\uff0e]|\\.\\s+\\.|\\.{3}",
  });

const LABELS = `[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){0,${LIMITS.namespaceLabels - 1}}`;
/** The same rule as in {@link namespace} and {@link namespacePattern}, for the document. */
const NAMESPACE = new RegExp(`^${LABELS}$`);
const NAMESPACE_PATTERN = new RegExp(`^(\\*\\*|${LABELS}(\\.\\*\\*)?)$`);

export const namespace = z
  .string()
  .max(LIMITS.namespaceLength, `Must not exceed ${LIMITS.namespaceLength} characters.`)
  .regex(
    /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
    "Must be labels of letters, digits, '_' and '-', joined by dots, such as acme.agents.support.",
  )
  .refine(
    (value) => value.split(".").length <= LIMITS.namespaceLabels,
    `Must not have more than ${LIMITS.namespaceLabels} labels.`,
  )
  .openapi({ pattern: NAMESPACE.source, example: "acme.agents.support" });

/** A namespace, one with all that lies below it (`acme.shared.**`), or `**`: everything. */
export const namespacePattern = z
  .string()
  .refine(
    (pattern) => pattern === "**" || namespace.safeParse(pattern.replace(/\.\*\*$/, "")).success,
    "Must be a namespace such as acme.shared.crm, a namespace followed by .** for all below it, or **.",
  )
  .openapi({
    maxLength: LIMITS.namespaceLength + 3,
    pattern: NAMESPACE_PATTERN.source,
    example: "acme.shared.**",
  });

/** The items of a list whose schema is written by hand. */
export const NAMESPACE_PATTERN_ITEM = {
  type: "string" as const,
  maxLength: LIMITS.namespaceLength + 3,
  pattern: NAMESPACE_PATTERN.source,
};

/** Memory ids are ULIDs; the pattern keeps anything else out of keys. */
export const memoryId = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "Must be the id of a memory (a ULID).")
  .openapi({ example: "01JD8Q4V7K3W5N0R2T6Y9B1C4D" });

export const memoryType = z.enum(MEMORY_TYPES);

/** RFC 3339 has four digits for a year: what an offset moves beyond them couldn't be given back. */
const FIRST_TIME = Date.parse("0000-01-01T00:00:00Z");
const LAST_TIME = Date.parse("9999-12-31T23:59:59.999Z");

/** RFC 3339 in, milliseconds since the epoch inside. */
export const time = z.iso
  .datetime({ offset: true, message: "Must be an RFC 3339 date and time, such as 2026-01-31T09:30:00Z." })
  .transform((value, context) => {
    const milliseconds = Date.parse(value);
    if (milliseconds >= FIRST_TIME && milliseconds <= LAST_TIME) return milliseconds;
    context.addIssue({
      code: "custom",
      message: "There is no such date in UTC: its year must be from 0000 to 9999.",
    });
    return z.NEVER;
  })
  .openapi({ type: "string", format: "date-time", example: "2026-01-31T09:30:00Z" });

export const timeView = z.string().openapi({ format: "date-time", example: "2026-01-31T09:30:00.000Z" });

const JSON_DEPTH = 64;

const jsonOfAnyText = z
  .custom<JsonValue>((value) => value !== undefined)
  .refine((value) => jsonDepth(value, JSON_DEPTH) <= JSON_DEPTH, {
    message: `Must not be nested deeper than ${JSON_DEPTH} levels.`,
    // Checks of what holds this value come no further: JSON.stringify would overflow the stack.
    abort: true,
  });

/** JSON from a third party. The caller can't correct it, so lone surrogates are replaced: see `replaceSurrogates`. */
export const saidJson = jsonOfAnyText.openapi({
  type: ["object", "array", "string", "number", "boolean", "null"],
  description:
    "Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields.",
});

export const replacedFields = z.array(z.string()).openapi({
  description: "Fields in which lone surrogates (invalid in UTF-8) were replaced by U+FFFD; omitted if none.",
});

/** Any JSON value. Its size is bounded by the request's; its depth here, because code that walks it may recurse. */
export const jsonValue = jsonOfAnyText
  .refine(isWellFormed, "Must be well-formed Unicode (it has a lone surrogate).")
  .openapi({
    type: ["object", "array", "string", "number", "boolean", "null"],
    description: "Any JSON value.",
  });

const jsonObject = z
  .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    message: "Must be a JSON object.",
  })
  .refine(isWellFormed, "Must be well-formed Unicode (it has a lone surrogate).")
  .openapi({ type: "object", additionalProperties: true });

export const metadata = jsonObject
  .superRefine((value, context) => {
    const problem = metadataProblem(value);
    // No further check of what holds this value: one that recurses would overflow the stack.
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem, continue: false });
  })
  .openapi({
    type: "object",
    additionalProperties: true,
    description: `Any JSON object: at most ${LIMITS.metadataBytes} bytes, ${LIMITS.metadataDepth} levels, ${LIMITS.metadataLeaves} values. Each value can be filtered on.`,
    example: { customer: { plan: "gold" } },
  });

/** One field of a recall's filter, of a list's parameters and of all else that narrows memories. */
export const metadataFilter = jsonObject
  .superRefine((value, context) => {
    const problem = metadataFilterProblem(value);
    if (problem !== undefined) {
      context.addIssue({
        code: "custom",
        path: [...problem.place],
        message: problem.message,
        continue: false,
      });
    }
  })
  .openapi({
    type: "object",
    additionalProperties: true,
    description:
      'Filter on metadata, in the shape of the metadata. A scalar must equal the value, or an element if the value is an array. An array matches if any of its elements matches. An object under a field may hold operators instead: `eq`, `ne`, `gt`, `gte`, `lt`, `lte` (a number, or an RFC 3339 date), `in`, `nin`, `exists`, `and`, `or`, `not`; `and`, `or` and `not` are also allowed at the top level. Operators may be prefixed with `$`; unknown operators are refused. `{"$literal": {…}}` compares keys literally, for metadata with keys named like operators. See docs/filters.md.',
    example: { customer: { plan: ["gold", "platinum"] }, price: { gte: 10, lt: 20 } },
  });

function metadataFilterProblem(
  filter: JsonObject,
): { readonly place: readonly string[]; readonly message: string } | undefined {
  if (Object.keys(filter).length === 0) return { place: [], message: EMPTY };
  try {
    // First, because it bounds the depth for those that recurse.
    parseCondition(filter);
  } catch (error) {
    if (error instanceof FilterProblem) return error;
    throw error;
  }
  if (Buffer.byteLength(JSON.stringify(filter)) > LIMITS.metadataBytes) {
    return { place: [], message: `Must not exceed ${LIMITS.metadataBytes} bytes of JSON.` };
  }
  if (jsonLeaves(filter).length > LIMITS.metadataLeaves) {
    return { place: [], message: `Must not hold more than ${LIMITS.metadataLeaves} values.` };
  }
  return undefined;
}

export const tags = z
  .array(text(LIMITS.tagBytes))
  .max(LIMITS.tags, `Must not hold more than ${LIMITS.tags} tags.`);

export const trustScore = z.number().min(0).max(1);
export const importance = z.number().min(0).max(1);

export const ttlSeconds = z
  .int()
  .min(1)
  .max(LIMITS.ttlSeconds)
  .nullable()
  .openapi({ description: "Seconds to live; null: no expiry. Defaults to the TTL of the memory type." });

const MAX_DIMENSIONS = 4096;

/** Checked in one go: a schema for each of a thousand numbers would take longer than the search. */
function isVector(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_DIMENSIONS) return false;
  let sum = 0;
  for (const entry of value) {
    if (typeof entry !== "number") return false;
    sum += entry * entry;
  }
  return Number.isFinite(sum) && sum > 0;
}

/** A caller's own vector, brought to length 1: only its direction counts. */
export const embedding = z
  .custom<number[]>(isVector, "Must be 1 to 4096 finite numbers, not all zero.")
  .transform((values) => {
    const length = Math.hypot(...values);
    // Float32Array.from walks an iterator: ten times as long.
    const unit = new Float32Array(values.length);
    for (let index = 0; index < unit.length; index++) unit[index] = (values[index] ?? 0) / length;
    return unit;
  })
  .openapi({
    type: "array",
    items: { type: "number" },
    minItems: 1,
    maxItems: MAX_DIMENSIONS,
    description:
      "Embedding vector computed by the caller. Must have the dimensions of the configured model and not be all zero.",
  });

export const embeddingModel = z
  .string()
  .min(1)
  .max(128)
  .openapi({ description: "Model that computed `embedding`. Must be the configured model." });

/** A named view or null. `.nullable()` would make the named schema itself nullable in the document, wherever it is used. */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()]);
}

/** A time as answers show it. */
export const iso = isoTime;

/** A whole number among a URL's parameters: decimal digits, so that a value left empty isn't 0. */
export function integerParameter(min: number, max: number) {
  return z
    .string("Must be a single whole number: don't repeat the parameter.")
    .regex(/^-?\d+$/, "Must be a whole number.")
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });
}

/** How long a caller waits for an answer, in milliseconds. */
export const budgetMs = z.int().min(LIMITS.budgetMs.least).max(LIMITS.budgetMs.most);

/** A number from 0 to 1 in a query. */
export const ratioParameter = z
  .string("Must be a single number: don't repeat the parameter.")
  .regex(/^(?:0?\.\d{1,15}|[01]|1\.0{1,15})$/, "Must be a number from 0 to 1, such as 0.4.")
  .transform(Number)
  .openapi({ type: "number", minimum: 0, maximum: 1 });

/** As {@link integerParameter}, with `fallback` as the default. */
export function defaultInteger(min: number, max: number, fallback: number) {
  return integerParameter(min, max).default(fallback).openapi({ default: fallback });
}
