import { z } from "@hono/zod-openapi";
import { confidence, factView, newFact } from "./fact-schemas.js";
import { trustPartsView } from "./feedback-schemas.js";
import { publicationView } from "./publish-schemas.js";
import {
  embedding,
  embeddingModel,
  identifier,
  importance,
  memoryId,
  memoryType,
  metadata,
  namespace,
  nonBlank,
  orNull,
  replacedFields,
  saidJson,
  tags,
  text,
  time,
  timeView,
  trustScore,
  ttlSeconds,
} from "../openapi/primitives.js";
import { LIMITS } from "../../domain/limits.js";
import { EMBEDDING_STATUSES, type MemoryType } from "../../memory/model/record.js";
import { type KnownFields, callOfOpenAi, isFields, moveToMetadata } from "../openapi/provider-fields.js";
import { EXPIRY_REASONS } from "../../memory/lifecycle/decay.js";

/** What a write may say of a memory beside its content. */
export const provenance = {
  agent_id: identifier.optional(),
  session_id: identifier.optional(),
  timestamp: time
    .optional()
    .openapi({ description: "When it happened; the time of recording unless given." }),
  metadata: metadata.optional(),
  tags: tags.optional(),
  trust_score: trustScore.optional().openapi({ description: "1 unless given." }),
  importance: importance
    .optional()
    .openapi({ description: "0.5 unless given; docs/lifecycle.md says what it does." }),
  pinned: z
    .boolean()
    .optional()
    .openapi({ description: "It never ends by itself, and no policy forgets it." }),
  valid_from: time.optional().openapi({ description: "Since when it is so in the world." }),
  valid_to: time.optional().openapi({ description: "Until when it is so, not included." }),
  ttl_seconds: ttlSeconds.optional(),
};

const source = z.strictObject({ namespace, id: memoryId, version: z.int().min(1) });

const derivedFrom = z.array(source).max(LIMITS.sources).openapi({
  description:
    "Versions of memories of this namespace that it was made from; takes `read`. Its trust is at most their lowest, as it is now.",
});

const content = nonBlank(LIMITS.contentBytes).openapi({ example: "Customer account ID is CX-7742-B." });

interface Period {
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
}

export const isPeriod = ({ valid_from, valid_to }: Period): boolean =>
  valid_from === undefined || valid_to === undefined || valid_from < valid_to;
export const VALIDITY = { path: ["valid_to"], message: "Must lie after valid_from." };

interface MaybeFact extends Period {
  readonly memory_type: MemoryType;
  readonly fact?: (Period & { readonly subject: string }) | undefined;
}

const isWholePeriod = ({
  fact,
  valid_from = fact?.valid_from,
  valid_to = fact?.valid_to,
}: MaybeFact): boolean => isPeriod({ valid_from, valid_to });
const isSaidOnce = ({ fact, ...memory }: MaybeFact): boolean =>
  (["valid_from", "valid_to"] as const).every(
    (bound) => fact?.[bound] === undefined || memory[bound] === undefined,
  );

export const newMemory = z
  .strictObject({
    content: content.optional().openapi({
      description: "May be left out where there is a fact: it is then what the fact says, in words.",
      example: "Customer account ID is CX-7742-B.",
    }),
    memory_type: memoryType,
    fact: newFact.optional().openapi({ description: "Only of a semantic memory." }),
    ...provenance,
    derived_from: derivedFrom.optional(),
    embedding: embedding.optional(),
    embedding_model: embeddingModel.optional(),
  })
  .refine(isWholePeriod, VALIDITY)
  .refine(isSaidOnce, { path: ["fact"], message: "Say since and until when once: here or beside it." })
  .refine(({ fact, memory_type }) => fact === undefined || memory_type === "semantic", {
    path: ["fact"],
    message: "Only a semantic memory has a fact.",
  })
  .refine((memory) => memory.content !== undefined || memory.fact !== undefined, {
    path: ["content"],
    message: "Must be given, unless there is a fact.",
    // Also where another field is wrong: a caller hears of all that are.
    when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  })
  .openapi("NewMemory");

export const newMemories = z
  .strictObject({
    memories: z
      .array(z.unknown())
      .min(1)
      .max(LIMITS.batchItems)
      .openapi({ items: { $ref: "#/components/schemas/NewMemory" } }),
  })
  .openapi("NewMemories");

export const memoryPatch = z
  .strictObject({
    content: content.optional(),
    embedding: embedding.optional(),
    embedding_model: embeddingModel.optional(),
    metadata: metadata
      .optional()
      .openapi({ description: "A JSON merge patch (RFC 7396): null removes a key." }),
    tags: tags.optional(),
    trust_score: trustScore.optional(),
    importance: importance.optional(),
    pinned: z.boolean().optional().openapi({ description: "false: its life counts from now." }),
    valid_from: time.nullable().optional().openapi({ description: "null: no bound." }),
    valid_to: time.nullable().optional().openapi({ description: "null: no bound." }),
    ttl_seconds: ttlSeconds.optional().openapi({ description: "Counted from now; null: for ever." }),
    fact: z
      .strictObject({ confidence })
      .optional()
      .openapi({ description: "Of a fact. What it says can't be changed: another fact is another memory." }),
  })
  .refine((patch) => Object.keys(patch).length > 0, "Must change something.")
  .refine((patch) => patch.embedding === undefined || patch.content !== undefined, {
    path: ["embedding"],
    message: "Belongs to a content: give both.",
  })
  .openapi("MemoryPatch");

/** With whatever else a provider says of a call: it is kept as it came. */
const toolCall = z
  .object({
    name: text(LIMITS.identifierBytes),
    arguments: saidJson.optional(),
    result: saidJson.optional(),
    error: saidJson.optional(),
  })
  .catchall(saidJson.optional());

const interactionParts = {
  input: saidJson.openapi({ description: "What the user said: text, or any JSON." }),
  reasoning: saidJson.optional(),
  tool_calls: z.array(toolCall).max(LIMITS.toolCalls).optional(),
  response: saidJson.optional(),
  feedback: saidJson.optional(),
};

const interactionFields: KnownFields = {
  all: new Set(Object.keys({ ...interactionParts, ...provenance })),
  optional: new Set(["tool_calls"]),
};

/** As chat models give it: null for no calls, calls with their function inside, and fields that metadata keeps. */
export function interactionOfProvider(value: unknown): unknown {
  if (!isFields(value)) return value;
  const { tool_calls } = value;
  const calls = Array.isArray(tool_calls) ? { tool_calls: tool_calls.map(callOfOpenAi) } : {};
  return moveToMetadata({ ...value, ...calls }, interactionFields);
}

export const providedInteraction = z
  .strictObject({ ...interactionParts, ...provenance })
  .refine(isPeriod, VALIDITY)
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= LIMITS.interactionBytes, {
    message: `Must not exceed ${LIMITS.interactionBytes} bytes of JSON.`,
  })
  .refine(({ input }) => input !== null && (typeof input !== "string" || input.trim() !== ""), {
    path: ["input"],
    message: "Must not be blank.",
  })
  .openapi("NewInteraction", {
    additionalProperties: true,
    description:
      "An exchange, its parts in any JSON. Fields that aren't described here become members of `metadata`, unless they are null or empty lists.",
  });

export const originView = z
  .object({
    namespace,
    id: memoryId,
    version: z.int(),
    latest_version: z.int(),
    published_by: z.string(),
    published_at: timeView,
    follow: z.boolean(),
    deleted_at: timeView.nullable(),
  })
  .openapi("Origin");

export const memoryView = z
  .object({
    id: memoryId,
    namespace,
    key: z.string().nullable().openapi({ description: "Under which it was put; null for other memories." }),
    memory_type: memoryType,
    content: z.string(),
    agent_id: z.string().nullable(),
    session_id: z.string().nullable(),
    timestamp: timeView,
    metadata,
    tags: z.array(z.string()),
    trust_score: z.number().openapi({ description: "As set at write: what `trust` can't exceed." }),
    trust: z.number().openapi({ description: "How far to trust it now: docs/trust.md." }),
    derived_from: z.array(source),
    feedback: z
      .object({ confirmed: z.int(), contradicted: z.int(), used: z.int(), useless: z.int() })
      .openapi({ description: "How many say so of its present content." }),
    human_confirmed: z.boolean(),
    corroborations: z.int().openapi({ description: "Agents other than the author that said the same." }),
    quarantined: z.boolean().openapi({
      description: "A copy that its namespace doesn't trust yet: no recall and no list finds it.",
    }),
    importance: z.number(),
    pinned: z.boolean(),
    source_agent: z.string(),
    version: z.int(),
    recorded_at: timeView,
    updated_at: timeView.openapi({ description: "When this version was recorded." }),
    superseded_at: timeView.nullable().openapi({
      description: "When the next one was, or another memory came to stand for it; null: it is current.",
    }),
    superseded_by: memoryId.nullable().openapi({
      description: "The memory that stands for it: docs/lifecycle.md, Consolidation.",
    }),
    valid_from: timeView.nullable().openapi({ description: "Since when it is so in the world." }),
    valid_to: timeView.nullable().openapi({ description: "Until when, not included." }),
    seen_count: z.int(),
    last_seen_at: timeView,
    expires_at: timeView.nullable(),
    embedding: z.object({ status: z.enum(EMBEDDING_STATUSES), model: z.string().nullable() }),
    origin: orNull(originView).openapi({ description: "Where a published copy comes from." }),
    fact: factView.optional(),
  })
  .openapi("Memory");

export type MemoryView = z.infer<typeof memoryView>;

export const versionsPage = z
  .object({
    versions: z.array(memoryView),
    before: z.int().nullable().openapi({ description: "For the next page; null at the end." }),
  })
  .openapi("MemoryVersions");

export const restoreRequest = z.strictObject({ version: z.int().min(1) }).openapi("RestoreRequest");

export const expiryView = z
  .object({
    reason: z.enum(EXPIRY_REASONS).openapi({
      description:
        "never: it has no time to live. pinned. ttl: its writer said so. type: the default of its type. decay: that one, prolonged by use. seen: prolonged because it was written again. origin: it ends with what it is a copy of.",
    }),
    base_seconds: z
      .number()
      .nullable()
      .openapi({ description: "The time to live that it is reckoned from." }),
    importance: z.number(),
    life_seconds: z
      .number()
      .nullable()
      .openapi({ description: "What it lives without a use: of its type's, base × 4^(2 × importance - 1)." }),
    uses: z.int().openapi({ description: "Recalls that returned it; at most one a minute is counted." }),
    last_used_at: timeView.nullable(),
    half_life_seconds: z.number().nullable().openapi({
      description: "life × (1 + log2(1 + uses)), at most five lives; null: use doesn't prolong it.",
    }),
    latest: timeView.nullable().openapi({ description: "It ends by then, however much it is used." }),
  })
  .openapi("Expiry");

export const memoryDetailView = memoryView
  .extend({
    trust_parts: trustPartsView.optional().openapi({ description: "With `explain=true`." }),
    interaction: z.object(interactionParts).optional(),
    replaced: replacedFields.optional(),
    expiry: expiryView
      .optional()
      .openapi({ description: "Why it ends when it does; left out with `as_of`." }),
    publications: z
      .array(publicationView)
      .optional()
      .openapi({ description: "The namespaces to which it was published, as far as you may read them." }),
  })
  .openapi("MemoryDetail");
