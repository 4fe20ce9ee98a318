import { z } from "@hono/zod-openapi";

/** Portable AI Memory 1.0, as far as mneme reads it: portable-ai-memory.org/spec/v1.0. */
export const PAM_SCHEMA = "portable-ai-memory";
export const PAM_VERSION = "1.0";

const id = z.string().min(1).max(2048);
const time = z.iso.datetime({ offset: true, local: true }).nullish();
const share = z.number().min(0).max(1).nullish();

export const pamMemory = z.object({
  id,
  type: z.string().min(1).max(64),
  custom_type: z.string().max(256).nullish(),
  status: z.enum(["active", "superseded", "deprecated", "retracted", "archived"]).default("active"),
  content: z.string().min(1),
  content_hash: z.string().regex(/^sha256:[a-f0-9]{64}$/),
  summary: z.string().nullish(),
  tags: z.array(z.string()).default([]),
  confidence: z.looseObject({ initial: share, current: share }).nullish(),
  temporal: z.looseObject({
    created_at: z.iso.datetime({ offset: true, local: true }),
    updated_at: time,
    valid_from: time,
    valid_until: time,
    superseded_by: id.nullish(),
  }),
  provenance: z.looseObject({
    platform: z.string().regex(/^[a-z0-9_-]{2,32}$/),
    conversation_ref: id.nullish(),
  }),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const pamStore = z.looseObject({
  schema: z.literal(PAM_SCHEMA),
  schema_version: z.string(),
  memories: z.array(z.unknown()),
  relations: z.array(z.looseObject({ from: id, to: id, type: z.string() })).default([]),
  integrity: z.looseObject({ checksum: z.string(), total_memories: z.int() }).nullish(),
});

export type PamMemory = z.output<typeof pamMemory>;
