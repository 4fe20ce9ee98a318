import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { RecallInput } from "../../memory/ports/recall-input.js";
import {
  factName,
  identifier,
  memoryId,
  memoryType,
  metadataFilter,
  namespace,
  namespacePattern,
  tags,
  text,
} from "../openapi/primitives.js";

/** A receipt as an export holds it: its recall can be replayed, so it is checked like a request. Times are milliseconds. */

const time = z.int().min(-62_167_219_200_000).max(253_402_300_799_999);
const share = z.number().min(0).max(1);
const weight = z.number().min(0).max(1000);
const lessFound = z.enum(["keyword", "vector", "ranking", "hits", "rerank"]);
const many = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).min(1).max(LIMITS.filterValues);

const filter = z.strictObject({
  memory_types: z.array(memoryType).min(1).optional(),
  items_only: z.boolean().optional(),
  agent_id: many(identifier).optional(),
  session_id: many(identifier).optional(),
  tags: tags.min(1).optional(),
  tags_any: tags.min(1).optional(),
  from: time.optional(),
  to: time.optional(),
  metadata: metadataFilter.optional(),
  fact: z
    .strictObject({
      subject: many(factName).optional(),
      predicate: many(factName).optional(),
      object: many(factName).optional(),
    })
    .optional(),
});

const fusion = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("auto") }),
  z.strictObject({
    method: z.literal("rrf"),
    k: z.number().min(1).max(1000),
    weights: z.strictObject({ keyword: weight, vector: weight, entities: weight }),
  }),
]);

/** Finite float32, little-endian, base64; of at most 4096 dimensions. */
const embedding = z
  .base64()
  .max(4 * Math.ceil((4096 * 4) / 3))
  .refine((value) => isVector(Buffer.from(value, "base64")), "Must be finite numbers as float32.");

function isVector(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return false;
  for (let at = 0; at < bytes.length; at += 4) if (!Number.isFinite(bytes.readFloatLE(at))) return false;
  return true;
}

const request = z.strictObject({
  query: text(LIMITS.queryBytes),
  embedding: embedding.optional(),
  embedding_model: z.string().min(1).max(128).optional(),
  namespaces: z.array(namespacePattern).min(1).max(LIMITS.recallNamespaces),
  merge: z.enum(["scores", "rrf"]).optional(),
  filter,
  limit: z.int().min(1).max(LIMITS.recallLimit),
  mode: z.enum(["hybrid", "vector", "keyword"]),
  fusion,
  min_score: z.number().optional(),
  min_relevance: share.optional(),
  min_trust: share.optional(),
  trust_weight: share.optional(),
  outcome_weight: share.optional(),
  time_weight: share.optional(),
  session_weight: share.optional(),
  speaker_weight: share.optional(),
  recency: z.strictObject({ halfLifeDays: z.number().min(0.001).max(36_500), weight: share }).optional(),
  as_of: time.optional(),
  valid_at: z.union([time, z.literal("any")]).optional(),
  touch: z.boolean().optional(),
  include_archive: z.boolean().optional(),
  budget_tokens: z.int().min(LIMITS.budgetTokens).max(LIMITS.contextTokens).optional(),
  context_turns: z.int().min(0).max(LIMITS.contextTurns).optional(),
  duplicates: z.enum(["group", "keep"]).optional(),
  rerank: z.strictObject({ depth: z.int().min(1).max(LIMITS.rerankDepth) }).optional(),
  expand: z
    .union([z.enum(["entities", "none"]), z.strictObject({ hops: z.int().min(1).max(LIMITS.linkHops) })])
    .optional(),
} satisfies Readonly<Record<keyof RecallInput, z.ZodType>>);

export const receipt = z.strictObject({
  id: memoryId,
  at: time.min(0),
  agent: identifier,
  key_id: memoryId.nullable(),
  request_id: text(256),
  thread_id: text(LIMITS.threadIdBytes).nullable(),
  checkpoint_id: text(LIMITS.threadIdBytes).nullable(),
  request,
  degraded: z.array(lessFound).max(5),
  hits: z
    .array(
      z.strictObject({
        namespace,
        id: memoryId,
        version: z.int().min(1).max(1e9),
        score: z.number(),
        trust: share,
        relevance: share.optional(),
        rerank: z.number().optional(),
        turns: z
          .array(
            z.strictObject({
              id: memoryId,
              version: z.int().min(1).max(1e9),
              offset: z.int().min(-LIMITS.contextTurns).max(LIMITS.contextTurns),
            }),
          )
          .max(2 * LIMITS.contextTurns)
          .optional(),
        also: z
          .array(z.strictObject({ namespace, id: memoryId }))
          .max(16)
          .optional(),
      }),
    )
    .max(LIMITS.recallLimit),
});
