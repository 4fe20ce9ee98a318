import { z } from "@hono/zod-openapi";
import { ERASED_KINDS, FORMAT } from "../../backup/lines.js";
import type { Line } from "../../backup/lines.js";
import type { JsonValue } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import { isPeriod, VALIDITY } from "../memories/schemas.js";
import { CARDINALITIES } from "../../memory/model/fact.js";
import { jsonDepth, isWellFormed } from "../../memory/model/metadata.js";
import { EMBEDDING_STATUSES, FEEDBACK_OUTCOMES, MEMORY_TYPES } from "../../memory/model/record.js";
import { ROLES } from "../../memory/sessions/session.js";
import { STATE_OPERATIONS } from "../../state/document.js";
import { jsonText } from "../../state/json-text.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { agentName, grant, perMinute } from "../keys/schemas.js";
import { newSettings } from "../namespaces/schemas.js";
import { identifier, memoryId, metadata, namespace, namespacePattern, text } from "../openapi/primitives.js";
import { invalidRequest } from "../problem.js";
import { receipt } from "./receipt-schema.js";

/**
 * The lines of an export as an import takes them. A file is a caller's: each line is bounded, no field is unknown, and nothing in
 * it becomes a part of a key or of a query that isn't checked here.
 */

const MOST = 1e9;
/**
 * mneme itself makes records that no caller may send: a summary has more sources than a caller may name, and one of a merge more
 * tags. What it exported it takes back, so these are bounds of size, not rules.
 */
const MADE = { sources: 20_000, tags: 4096, agents: 4096, textBytes: 2 * LIMITS.contentBytes } as const;
const count = z.int().min(0).max(MOST);
const version = z.int().min(1).max(MOST);
/** Milliseconds since the epoch, of years with four digits. */
const moment = z.int().min(-62_167_219_200_000).max(253_402_300_799_999);
/** When mneme recorded something. */
const recorded = z.int().min(0).max(253_402_300_799_999);
const share = z.number().min(0).max(1);
const instant = z.iso.datetime();
/** A hash of ours, as keys and indexes have it. */
const token = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, "Must be a hash as mneme writes it.");
const ids = (most: number) => z.array(memoryId).max(most);
const agents = z.array(identifier).max(MADE.agents);

const anyText = (bytes: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), "Must be well-formed Unicode (it has a lone surrogate).")
    .refine((value) => Buffer.byteLength(value) <= bytes, `Must not exceed ${bytes} bytes of UTF-8.`);

const jsonWithin = (bytes: number, depth: number) =>
  z
    .custom<JsonValue>((value) => value !== undefined)
    .refine((value) => jsonDepth(value, depth) <= depth, {
      message: `Must not be nested deeper than ${depth} levels.`,
      abort: true,
    })
    .refine(isWellFormed, "Must be well-formed Unicode (it has a lone surrogate).")
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= bytes,
      `Must not exceed ${bytes} bytes of JSON.`,
    );

/** Deeper than metadata: callers' own JSON. */
const DEPTH = 64;
const said = jsonWithin(LIMITS.interactionBytes, DEPTH);

const interaction = z
  .strictObject({
    input: said,
    reasoning: said.optional(),
    tool_calls: z
      .array(
        z
          .object({
            name: text(LIMITS.identifierBytes),
            arguments: said.optional(),
            result: said.optional(),
            error: said.optional(),
          })
          .catchall(said.optional()),
      )
      .max(LIMITS.toolCalls)
      .optional(),
    response: said.optional(),
    feedback: said.optional(),
  })
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= LIMITS.interactionBytes, {
    message: `Must not exceed ${LIMITS.interactionBytes} bytes of JSON.`,
  });

const origin = z.strictObject({
  namespace,
  id: memoryId,
  version,
  latest_version: version,
  published_by: identifier,
  publishers: z
    .array(z.strictObject({ agent: identifier, key: memoryId.optional() }))
    .max(MADE.agents)
    .optional(),
  published_at: recorded,
  follow: z.boolean(),
  deleted_at: recorded.nullable(),
});

const fact = z.strictObject({
  subject: identifier,
  predicate: identifier,
  object: identifier,
  confidence: share,
  cardinality: z.enum(CARDINALITIES),
  contradicts: ids(1024),
});

const evidence = z.strictObject({
  counts: z.strictObject(
    Object.fromEntries(FEEDBACK_OUTCOMES.map((outcome) => [outcome, count])) as Record<
      (typeof FEEDBACK_OUTCOMES)[number],
      typeof count
    >,
  ),
  human_confirmed: z.boolean(),
  last_outcome: z.enum(FEEDBACK_OUTCOMES).nullable(),
  last_feedback_at: recorded.nullable(),
  corroborated_by: agents,
  since: recorded.nullable(),
});

const memory = z
  .strictObject({
    id: memoryId,
    key: identifier.nullable(),
    memory_type: z.enum(MEMORY_TYPES),
    content: anyText(MADE.textBytes),
    agent_id: identifier.nullable(),
    session_id: identifier.nullable(),
    timestamp: moment,
    metadata,
    tags: z.array(text(LIMITS.tagBytes)).max(MADE.tags),
    trust_score: share,
    derived_from: z.array(z.strictObject({ id: memoryId, version })).max(MADE.sources),
    source_trust: share.nullable(),
    evidence,
    quarantined: z.boolean(),
    importance: share,
    pinned: z.boolean(),
    lifetime: z.strictObject({ seconds: count.nullable(), by: z.enum(["ttl", "type"]) }),
    prolonged_by: z.enum(["use", "seen"]).nullable(),
    source_agent: identifier,
    version,
    recorded_at: recorded,
    updated_at: recorded,
    superseded_at: recorded.nullable(),
    superseded_by: memoryId.nullable(),
    valid_from: moment.nullable(),
    valid_to: moment.nullable(),
    seen_count: version,
    last_seen_at: recorded,
    expires_at: recorded.nullable(),
    embedding: z.strictObject({ status: z.enum(EMBEDDING_STATUSES), model: token.nullable() }),
    origin: origin.nullable(),
    fact: fact.nullable(),
  })
  .refine(
    ({ valid_from, valid_to }) =>
      isPeriod({ valid_from: valid_from ?? undefined, valid_to: valid_to ?? undefined }),
    VALIDITY,
  )
  .refine(({ fact: stated, memory_type }) => stated === null || memory_type === "semantic", {
    path: ["fact"],
    message: "Only a semantic memory can have a fact.",
  });

const made = z.union([
  z.strictObject({ by: z.enum(["summarise", "merge", "procedures"]) }),
  z.strictObject({ by: z.enum(["session", "summary"]), incarnation: memoryId, from: count, to: count }),
]);

const place = z.strictObject({
  timeline: token,
  object: token,
  stated_to: moment.optional(),
  disputed: z.literal(true).optional(),
});

const publication = z.strictObject({
  follow: z.boolean(),
  published_by: identifier,
  published_by_key: memoryId.optional(),
  published_at: recorded,
  version: count,
});

const voice = z.strictObject({
  v: z.enum(FEEDBACK_OUTCOMES).optional(),
  u: z.enum(FEEDBACK_OUTCOMES).optional(),
  at: recorded.optional(),
});

/** Little-endian float16, base64; of at most 4096 dimensions. */
const vectors = z
  .array(
    z
      .base64()
      .max(4 * Math.ceil((4096 * 2) / 3))
      .refine((value) => isVector(Buffer.from(value, "base64")), "Must be finite numbers as float16."),
  )
  .min(1)
  .max(1024);

/** An exponent of all ones means infinity or NaN. */
function isVector(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.length % 2 !== 0) return false;
  for (let at = 1; at < bytes.length; at += 2) if (((bytes[at] ?? 0) & 0x7c) === 0x7c) return false;
  return true;
}

const again = z.literal(true).optional();
const kind = <Name extends string>(name: Name) => z.literal(name);

const lines = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: kind("manifest"),
    format: z.literal(FORMAT, { error: "The file isn't an export of mneme." }),
    format_version: z.int().min(1),
    id: memoryId,
    mneme_version: text(64),
    started_at: instant,
    namespaces: z.array(namespacePattern).min(1).max(LIMITS.recallNamespaces),
    since: instant.nullable(),
    vectors: z.boolean(),
    model: token.nullable(),
  }),
  z.strictObject({ kind: kind("settings"), namespace, settings: newSettings }),
  z.strictObject({
    kind: kind("aliases"),
    namespace,
    names: z.array(identifier).min(2).max(LIMITS.aliases),
  }),
  z
    .strictObject({
      kind: kind("memory"),
      namespace,
      again,
      memory,
      interaction: interaction.optional(),
      stored: z.strictObject({
        hash: token,
        made: made.optional(),
        own_vector: z.literal(true).optional(),
        preceding: z.strictObject({ id: memoryId, text: anyText(MADE.textBytes) }).optional(),
        told: z.literal(true).optional(),
        hidden: z.literal(true).optional(),
        ended: recorded.optional(),
        place: place.optional(),
      }),
      uses: z.strictObject({ count, lastAt: recorded.nullable() }).optional(),
      derived: ids(64).optional(),
      published: z
        .record(namespace, publication)
        .refine((value) => Object.keys(value).length <= LIMITS.publications)
        .optional(),
      voices: z
        .record(token, voice)
        .refine((value) => Object.keys(value).length <= 10_000)
        .optional(),
      vectors: vectors.optional(),
    })
    .refine(
      ({ stored, memory: of }) => stored.place === undefined || (of.fact !== null && of.valid_from !== null),
      {
        path: ["stored", "place"],
        message: "Only a fact with a valid_from has a place on a timeline.",
      },
    ),
  z
    .strictObject({
      kind: kind("version"),
      namespace,
      of: version,
      memory,
      stored: z.strictObject({ hash: token, made: made.optional(), kept_until: recorded.optional() }),
      vectors: vectors.optional(),
    })
    .refine(({ of, memory: old }) => old.version < of, {
      path: ["memory", "version"],
      message: "Must be below `of`.",
    })
    .refine(({ memory: old }) => old.superseded_at !== null, {
      path: ["memory", "superseded_at"],
      message: "An old version has an end.",
    }),
  z.strictObject({
    kind: kind("session"),
    namespace,
    again,
    after: version.optional(),
    session: z.strictObject({
      session_id: identifier,
      owner: identifier.nullable(),
      incarnation: memoryId,
      created_at: recorded,
      last_message_at: recorded,
      expires_at: recorded.nullable(),
      message_count: count,
      summarised_to: count,
      tokens: count,
      summary: z
        .strictObject({
          text: anyText(LIMITS.lineBytes / 4),
          method: z.enum(["extractive", "llm"]),
          model: text(256).nullable(),
        })
        .nullable(),
    }),
  }),
  z.strictObject({
    kind: kind("message"),
    namespace,
    session_id: identifier,
    message: z
      .strictObject({
        id: identifier,
        role: z.enum(ROLES),
        content: said,
        tool_calls: z
          .array(z.strictObject({ id: identifier, name: identifier, arguments: said.optional() }))
          .max(LIMITS.toolCalls)
          .optional(),
        tool_call_id: identifier.optional(),
        name: identifier.optional(),
        metadata: metadata.optional(),
        timestamp: moment,
        number: version,
        appended_at: recorded,
        source_agent: identifier,
        standing: z.enum(["writer", "member", "admin"]).optional(),
        memory_id: memoryId.nullable(),
        tokens: count,
      })
      .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= 2 * LIMITS.messageBytes, {
        message: `Must not exceed ${2 * LIMITS.messageBytes} bytes of JSON.`,
      }),
  }),
  z.strictObject({
    kind: kind("state"),
    namespace,
    key: identifier,
    again,
    document: z
      .strictObject({
        op: z.enum(STATE_OPERATIONS),
        version,
        updated_at: recorded,
        updated_by: identifier,
        expires_at: recorded.nullable(),
        ttl_ms: z
          .int()
          .min(1)
          .max(LIMITS.ttlSeconds * 1000)
          .nullable(),
        sliding: z.boolean(),
        json: z.string(),
      })
      .nullable(),
    deleted_at: recorded.optional(),
  }),
  z.strictObject({
    kind: kind("state_version"),
    namespace,
    key: identifier,
    op: z.enum(STATE_OPERATIONS),
    version,
    updated_at: recorded,
    updated_by: identifier,
    expires_at: recorded.nullable(),
    sliding: z.boolean(),
    json: z.string().nullable(),
  }),
  z.strictObject({
    kind: kind("erased"),
    namespace,
    what: z.enum(ERASED_KINDS),
    id: token,
    at: recorded,
  }),
  z.strictObject({
    kind: kind("key"),
    key: z.strictObject({
      id: memoryId,
      agent: agentName,
      name: identifier.nullable(),
      grants: z.array(grant).min(1).max(LIMITS.grants),
      human: z.boolean(),
      created_at: recorded,
      created_by: memoryId.nullable(),
      created_by_agent: identifier,
      expires_at: recorded.nullable(),
      last_used_at: recorded.nullable(),
      rate_limit_per_minute: perMinute.nullable(),
      secret_sha256: z.string().regex(/^[0-9a-f]{64}$/, "Must be a SHA-256 in hexadecimal digits."),
    }),
  }),
  z.strictObject({
    kind: kind("votes"),
    agent: identifier,
    votes: z
      .array(
        z.strictObject({
          id: z
            .string()
            .max(512)
            .regex(/^[0-9A-Z]{26}:[^\s]*$/, "Must be the id of a vote."),
          at: recorded,
          verdict: z.enum(["confirmed", "contradicted"]),
          administration: namespacePattern.nullable(),
        }),
      )
      .max(4096),
  }),
  z.strictObject({ kind: kind("receipt"), receipt }),
  z.strictObject({ kind: kind("moment"), namespace, at: recorded }),
  z.strictObject({ kind: kind("part"), part: version }),
  z.strictObject({
    kind: kind("trailer"),
    lines: count,
    counts: z.record(z.string().max(32), count),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "Must be a SHA-256 in hexadecimal digits."),
  }),
]);

/** A line without its sum. Throws `invalid_request` that names the field. */
export function parseLine(json: string): Line {
  if (Buffer.byteLength(json) > LIMITS.lineBytes) {
    throw new DomainError("invalid_request", `The line must not exceed ${LIMITS.lineBytes} bytes.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new DomainError("invalid_request", "The line isn't JSON.");
  }
  const parsed = lines.safeParse(value);
  if (!parsed.success) throw invalidRequest(parsed.error);
  const line = asLine(parsed.data);
  if (line.kind === "state" && line.document !== null) checkValue(line.document.json);
  if (line.kind === "state_version" && line.json !== null) checkValue(line.json);
  return line;
}

/** Undefined optional members are the same as absent ones: nothing here distinguishes them. */
const asLine = (line: z.output<typeof lines>): Line => line as Line;

function checkValue(json: string): void {
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue;
  } catch {
    throw invalid("json", "Must be JSON.");
  }
  jsonText("json", value);
}
