import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import { readStrictJson } from "../../domain/strict-json.js";
import type { MemoryFilter } from "../../memory/conditions/filter.js";
import { memoryView } from "./schemas.js";
import {
  defaultInteger,
  factName,
  identifier,
  memoryType,
  metadataFilter,
  namespacePattern,
  tags,
  time,
} from "../openapi/primitives.js";

/** A query parameter that may be repeated. */
export function repeatable<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(schema).min(1).max(LIMITS.filterValues),
  );
}

const metadataParameter = z
  .string()
  .transform((value, context): unknown => {
    try {
      const read = readStrictJson(value);
      if (read.loss === undefined) return read.value;
      context.addIssue({ code: "custom", message: read.loss.message, path: [...read.loss.place] });
    } catch {
      context.addIssue({ code: "custom", message: "Must be JSON." });
    }
    return z.NEVER;
  })
  .pipe(metadataFilter as z.ZodType<JsonObject, unknown>)
  .openapi({
    type: "string",
    description:
      'Filter on metadata: a JSON object in the shape of the metadata, such as {"customer":{"plan":"gold"}}. It may hold operators; see docs/filters.md.',
  });

export const itemsOnly = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .optional()
  .openapi({
    type: "string",
    enum: ["true", "false"],
    description: "`true`: only items (memories under a key).",
  });

/** Filters of a list. */
export const filterParameters = {
  memory_type: repeatable(memoryType).optional(),
  items_only: itemsOnly,
  agent_id: repeatable(identifier).optional(),
  session_id: repeatable(identifier).optional(),
  tag: z
    .preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), tags.min(1))
    .optional()
    .openapi({ description: "Only memories with this tag; repeat it to require several." }),
  from: time
    .optional()
    .openapi({ description: "Only memories with a `timestamp` from this time on (inclusive)." }),
  to: time
    .optional()
    .openapi({ description: "Only memories with a `timestamp` before this time (exclusive)." }),
  metadata: metadataParameter.optional(),
  archived: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional()
    .openapi({
      type: "string",
      enum: ["true", "false"],
      description: "`true`: only archived memories; `false`: only others. Default: both.",
    }),
  fact_subject: repeatable(factName).optional().openapi({
    description: "Only facts with this subject; repeat it for several. Aliases aren't resolved.",
  }),
  fact_predicate: repeatable(factName).optional(),
  fact_object: repeatable(factName).optional(),
};

/** Whether the contents of archived memories are read from the archive. */
export const includeArchive = z.enum(["true", "false"]).default("false").openapi({
  description:
    "`true`: read the whole contents of archived memories from the archive. What can't be read in time keeps `content_complete` false.",
});

const { memory_type: _, ...withoutTypes } = filterParameters;

/** Filters of a context, which recalls procedures apart from the other types. */
export const contextFilterParameters = withoutTypes;

export const listParameters = z.strictObject({
  ...filterParameters,
  quarantined: z
    .enum(["true", "false"])
    .default("false")
    .openapi({ description: "`true`: only published copies in quarantine. Needs `write`." }),
  superseded: z.enum(["true", "false"]).default("false").openapi({
    description:
      "`true`: only superseded memories, including those that the step `expire` of a consolidation removed from recall. See docs/lifecycle.md, Consolidation.",
  }),
  include_archive: includeArchive,
  order: z.enum(["asc", "desc"]).default("desc").openapi({ description: "Sort order by `recorded_at`." }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(256).optional(),
});

export const listManyParameters = z.strictObject({
  ...filterParameters,
  namespace: namespacePattern.default("**"),
  include_archive: includeArchive,
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(512).optional(),
});

const filterQuery = z.object(filterParameters);

/** The filter that a query's parameters make. */
export function filterOf(query: Partial<z.output<typeof filterQuery>>): MemoryFilter {
  const { memory_type, tag, fact_subject: subject, fact_predicate: predicate, fact_object: object } = query;
  const { items_only, agent_id, session_id, from, to, metadata, archived } = query;
  return {
    memory_types: memory_type,
    items_only,
    agent_id,
    session_id,
    tags: tag,
    from,
    to,
    metadata,
    archived,
    fact: { subject, predicate, object },
  };
}

export const memoryPage = z
  .object({ memories: z.array(memoryView), cursor: z.string().nullable() })
  .openapi("MemoryPage");
