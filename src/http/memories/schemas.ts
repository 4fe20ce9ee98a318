import { z } from "@hono/zod-openapi";
import { confidence, factView, newFact } from "./fact-schemas.js";
import { trustPartsView } from "./feedback-schemas.js";
import { publicationView } from "./publish-schemas.js";
import { foundPii } from "../pii/counts-schema.js";
import {
  embedding,
  embeddingModel,
  importance,
  memoryId,
  memoryType,
  metadata,
  namespace,
  nonBlank,
  orNull,
  pathText,
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
import { EMBEDDING_STATUSES } from "../../memory/model/record.js";
import type { MemoryType } from "../../memory/model/record.js";
import { callOfOpenAi, isFields } from "../openapi/provider-fields.js";
import { EXPIRY_REASONS } from "../../memory/lifecycle/decay.js";

/** Fields that a write may set besides the content. */
export const provenance = {
  agent_id: pathText(LIMITS.identifierBytes).optional(),
  session_id: pathText(LIMITS.identifierBytes).optional(),
  timestamp: time
    .optional()
    .openapi({ description: "Time of the event. Defaults to the time of recording." }),
  metadata: metadata.optional(),
  tags: tags.optional(),
  trust_score: trustScore
    .optional()
    .openapi({ description: "Trust in the source, from 0 to 1. Default: 1." }),
  importance: importance
    .optional()
    .openapi({ description: "Importance, from 0 to 1. Default: 0.5. See docs/lifecycle.md." }),
  pinned: z
    .boolean()
    .optional()
    .openapi({ description: "Whether the memory is exempt from expiry and forget policies." }),
  valid_from: time.optional().openapi({ description: "Start of the valid time." }),
  valid_to: time.optional().openapi({ description: "End of the valid time (exclusive)." }),
  ttl_seconds: ttlSeconds.optional(),
};

const source = z.strictObject({ namespace, id: memoryId, version: z.int().min(1) });

const derivedFrom = z.array(source).max(LIMITS.sources).openapi({
  description:
    "Source memories in this namespace, by version; needs `read`. The trust of the memory can't exceed the lowest current trust of its sources.",
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
      description: "Text of the memory. Optional with `fact`: defaults to the fact in words.",
      example: "Customer account ID is CX-7742-B.",
    }),
    memory_type: memoryType,
    fact: newFact.optional().openapi({
      description: "A fact: subject, predicate and object. Only semantic memories can have one.",
    }),
    ...provenance,
    derived_from: derivedFrom.optional(),
    embedding: embedding.optional(),
    embedding_model: embeddingModel.optional(),
  })
  .refine(isWholePeriod, VALIDITY)
  .refine(isSaidOnce, {
    path: ["fact"],
    message: "Set valid_from/valid_to either on the fact or on the memory, not both.",
  })
  .refine(({ fact, memory_type }) => fact === undefined || memory_type === "semantic", {
    path: ["fact"],
    message: "Only a semantic memory can have a fact.",
  })
  .refine((memory) => memory.content !== undefined || memory.fact !== undefined, {
    path: ["content"],
    message: "Must be given unless fact is given.",
    // Checked even if another field is wrong, so that a caller sees all errors at once.
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
      .openapi({ description: "JSON merge patch (RFC 7396) of the metadata: null removes a key." }),
    tags: tags.optional(),
    trust_score: trustScore.optional(),
    importance: importance.optional(),
    pinned: z.boolean().optional().openapi({
      description:
        "Whether the memory is exempt from expiry and forget policies. Setting it to false restarts the memory's lifetime.",
    }),
    valid_from: time
      .nullable()
      .optional()
      .openapi({ description: "New bound of the valid time; null: unbounded." }),
    valid_to: time
      .nullable()
      .optional()
      .openapi({ description: "New bound of the valid time; null: unbounded." }),
    ttl_seconds: ttlSeconds
      .optional()
      .openapi({ description: "Seconds to live, counted from now; null: no expiry." }),
    fact: z.strictObject({ confidence }).optional().openapi({
      description: "New confidence of the memory's fact. Subject, predicate and object can't be changed.",
    }),
  })
  .refine((patch) => Object.keys(patch).length > 0, "Must change something.")
  .refine((patch) => patch.embedding === undefined || patch.content !== undefined, {
    path: ["embedding"],
    message: "Must be sent together with `content`.",
  })
  .openapi("MemoryPatch");

/** Other fields of a provider's call are accepted, and stored verbatim. */
const toolCall = z
  .object({
    name: text(LIMITS.identifierBytes),
    arguments: saidJson.optional(),
    result: saidJson.optional(),
    error: saidJson.optional(),
  })
  .catchall(saidJson.optional());

const interactionParts = {
  input: saidJson.openapi({ description: "The user's input: text, or any JSON." }),
  reasoning: saidJson.optional(),
  tool_calls: z.array(toolCall).max(LIMITS.toolCalls).optional(),
  response: saidJson.optional(),
  feedback: saidJson.optional(),
};

/**
 * An interaction in a chat model's own format: null or an empty list for no calls, and calls with their function
 * inside.
 */
export function interactionOfProvider(value: unknown): unknown {
  if (!isFields(value)) return value;
  const { tool_calls, ...rest } = value;
  if (tool_calls === null) return rest;
  return Array.isArray(tool_calls) ? { ...rest, tool_calls: tool_calls.map(callOfOpenAi) } : value;
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
    description:
      "One turn of an interaction; each part is any JSON. Unknown fields of a tool call are stored with the call; other unknown fields are refused.",
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
    key: z.string().nullable().openapi({ description: "The item key; null if the memory isn't an item." }),
    memory_type: memoryType,
    content: z.string(),
    agent_id: z.string().nullable(),
    session_id: z.string().nullable(),
    timestamp: timeView,
    metadata,
    tags: z.array(z.string()),
    trust_score: z.number().openapi({ description: "Trust assigned at write time; upper bound of `trust`." }),
    trust: z.number().openapi({ description: "Current trust, from 0 to 1. See docs/trust.md." }),
    derived_from: z.array(source),
    feedback: z
      .object({ confirmed: z.int(), contradicted: z.int(), used: z.int(), useless: z.int() })
      .openapi({ description: "Number of callers that gave each kind of feedback on the current content." }),
    human_confirmed: z.boolean(),
    corroborations: z
      .int()
      .openapi({ description: "Number of other agents that wrote the same independently." }),
    quarantined: z.boolean().openapi({
      description: "Whether the memory is a copy in quarantine, which recalls and lists don't return.",
    }),
    importance: z.number(),
    pinned: z.boolean(),
    source_agent: z.string(),
    version: z.int(),
    recorded_at: timeView,
    updated_at: timeView.openapi({ description: "Time when this version was recorded." }),
    superseded_at: timeView.nullable().openapi({
      description:
        "Time when this version was replaced by a newer version or superseded by another memory; null if current.",
    }),
    superseded_by: memoryId.nullable().openapi({
      description: "Id of the memory that supersedes this one. See docs/lifecycle.md, Consolidation.",
    }),
    valid_from: timeView.nullable().openapi({ description: "Start of the valid time; null: unbounded." }),
    valid_to: timeView
      .nullable()
      .openapi({ description: "End of the valid time (exclusive); null: unbounded." }),
    seen_count: z.int(),
    last_seen_at: timeView,
    expires_at: timeView.nullable(),
    embedding: z.object({ status: z.enum(EMBEDDING_STATUSES), model: z.string().nullable() }),
    origin: orNull(originView).openapi({
      description: "Origin of a published copy; null for other memories.",
    }),
    archived: z.boolean().openapi({
      description: "Whether the memory is in the archive. See docs/archive.md.",
    }),
    archived_at: timeView
      .nullable()
      .openapi({ description: "Time when the memory was archived; null if it isn't." }),
    content_complete: z.boolean().openapi({
      description:
        "`false`: `content` is only a part: the beginning of an archived memory, which `include_archive` makes whole, or what a recall's `budget_tokens` has room for.",
    }),
    fact: factView.optional(),
    pii: foundPii,
  })
  .openapi("Memory");

export type MemoryView = z.infer<typeof memoryView>;

export const versionsPage = z
  .object({
    versions: z.array(memoryView),
    before: z.int().nullable().openapi({ description: "`before` of the next page; null on the last page." }),
  })
  .openapi("MemoryVersions");

export const restoreRequest = z.strictObject({ version: z.int().min(1) }).openapi("RestoreRequest");

export const expiryView = z
  .object({
    reason: z.enum(EXPIRY_REASONS).openapi({
      description:
        "Rule that sets the expiry. `never`: the memory has no TTL. `pinned`: the memory is pinned. `ttl`: the writer set a TTL. `type`: default TTL of the memory type. `decay`: default TTL, extended by use. `seen`: extended by a repeated write of the memory. `origin`: the copy expires with its origin.",
    }),
    base_seconds: z.number().nullable().openapi({ description: "Base TTL used to compute the expiry." }),
    importance: z.number(),
    life_seconds: z.number().nullable().openapi({
      description:
        "Lifetime without use. For a default TTL of the type: base_seconds × 4^(2 × importance − 1); else base_seconds.",
    }),
    uses: z.int().openapi({
      description: "Number of recalls that returned the memory, counted at most once per minute.",
    }),
    last_used_at: timeView.nullable(),
    half_life_seconds: z.number().nullable().openapi({
      description:
        "Time without use after which the memory expires: life_seconds × (1 + log2(1 + uses)), at most five times life_seconds. null: use doesn't extend the lifetime.",
    }),
    latest: timeView.nullable().openapi({ description: "Latest possible expiry, regardless of use." }),
  })
  .openapi("Expiry");

export const memoryDetailView = memoryView
  .extend({
    trust_parts: trustPartsView
      .optional()
      .openapi({ description: "Factors of the trust; only with `explain`." }),
    interaction: z.object(interactionParts).optional(),
    replaced: replacedFields.optional(),
    expiry: expiryView
      .optional()
      .openapi({ description: "Explanation of the expiry; omitted with `as_of`." }),
    publications: z
      .array(publicationView)
      .optional()
      .openapi({ description: "Published copies in namespaces that you may read." }),
  })
  .openapi("MemoryDetail");
