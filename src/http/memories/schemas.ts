import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { Expiry } from "../../memory/lifecycle/decay.js";
import { EXPIRY_REASONS } from "../../memory/lifecycle/decay.js";
import type { Judged } from "../../memory/trust/judge.js";
import type { ReadMemory } from "../../memory/browse/read.js";
import { CARDINALITIES } from "../../memory/model/fact.js";
import type { Interaction, MemoryType, Origin, Publication } from "../../memory/model/record.js";
import { EMBEDDING_STATUSES, FEEDBACK_OUTCOMES } from "../../memory/model/record.js";
import type { TrustParts } from "../../memory/trust/trust.js";
import type { KnownFields } from "../openapi/provider-fields.js";
import { callOfOpenAi, isFields, moveToMetadata, replaceSurrogates } from "../openapi/provider-fields.js";
import {
  embedding,
  embeddingModel,
  factName,
  identifier,
  importance,
  replacedFields,
  saidJson,
  memoryId,
  memoryType,
  orNull,
  metadata,
  metadataFilter,
  namespace,
  tags,
  text,
  time,
  timeView,
  trustScore,
  ttlSeconds,
  iso,
  nonBlank,
} from "../openapi/primitives.js";

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

const confidence = z.number().min(0).max(1);

export const newFact = z
  .strictObject({
    subject: factName.openapi({ example: "Mara Novak" }),
    predicate: factName.openapi({ example: "lives_in" }),
    object: factName.openapi({ example: "Graz" }),
    confidence: confidence.optional().openapi({ description: "1 unless given." }),
    cardinality: z.enum(CARDINALITIES).optional().openapi({
      description:
        "`one`: the subject has one object at a time for this predicate, so a fact ends where the next one begins. As the namespace's settings say unless given, else `many`.",
    }),
    valid_from: time.optional().openapi({ description: "The memory's own, given here." }),
    valid_to: time.optional().openapi({ description: "The memory's own, given here." }),
  })
  .openapi("NewFact");

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
function interactionOfProvider(value: unknown): unknown {
  if (!isFields(value)) return value;
  const { tool_calls } = value;
  const calls = Array.isArray(tool_calls) ? { tool_calls: tool_calls.map(callOfOpenAi) } : {};
  return moveToMetadata({ ...value, ...calls }, interactionFields);
}

const providedInteraction = z
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

export const newInteraction = z
  .preprocess(interactionOfProvider, providedInteraction)
  .transform((value) =>
    replaceSurrogates(value, ["input", "reasoning", "tool_calls", "response", "feedback"]),
  );

const originView = z
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

export const factView = z
  .object({
    subject: z.string(),
    predicate: z.string(),
    object: z.string(),
    confidence: z.number(),
    cardinality: z.enum(CARDINALITIES),
    contradicts: z.array(memoryId).openapi({
      description: "Facts with another object for the same time, where nothing tells which one is right.",
    }),
  })
  .openapi("Fact");

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

const publicationView = z.object({
  namespace,
  follow: z.boolean(),
  published_by: z.string(),
  published_at: timeView,
  version: z.int().openapi({ description: "That the copy has heard of; 0: it is on its way." }),
});

export const publishRequest = z
  .strictObject({
    to: namespace,
    follow: z.boolean().default(false).openapi({
      description:
        "Carry revisions and the end of this memory over to the copy. Else the copy only shows that there is a newer version.",
    }),
  })
  .openapi("PublishRequest");

export const unpublishRequest = z.strictObject({ from: namespace }).openapi("UnpublishRequest");

export const versionsPage = z
  .object({
    versions: z.array(memoryView),
    before: z.int().nullable().openapi({ description: "For the next page; null at the end." }),
  })
  .openapi("MemoryVersions");

export const restoreRequest = z.strictObject({ version: z.int().min(1) }).openapi("RestoreRequest");

export const feedbackRequest = z
  .strictObject({
    outcome: z.enum(FEEDBACK_OUTCOMES),
    by: z.enum(["human", "agent"]).openapi({ description: "`human` takes a key that is a person's." }),
  })
  .openapi("FeedbackRequest");

export const trustPartsView = z
  .object({
    accuracy: z.number().openapi({ description: "Of `source_agent`." }),
    age_days: z.number(),
    recency: z.number().openapi({ description: "max(0.5, 1 - age_days / 365)" }),
    confirmation: z.number().openapi({ description: "1.3 if a human confirmed it, else 1" }),
    corroboration: z.number().openapi({ description: "min(1.5, 1 + 0.1 × corroborations)" }),
    limit: z.number().openapi({ description: "The lower of `trust_score` and its sources' trust." }),
  })
  .openapi("TrustParts", {
    description: "trust = min(limit, product of the others). All are rounded to four digits, each by itself.",
  });

const expiryView = z
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

export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);

export function viewMemory(judged: Judged): MemoryView {
  const { trust, evidence, source_trust: _, fact, ...memory } = judged;
  const { lifetime: __, prolonged_by: ___, ...shown } = memory;
  return {
    ...shown,
    ...(fact === null ? {} : { fact: { ...fact, contradicts: [...fact.contradicts] } }),
    trust: trust.trust,
    derived_from: memory.derived_from.map((each) => ({ namespace: memory.namespace, ...each })),
    feedback: evidence.counts,
    human_confirmed: evidence.human_confirmed,
    // How many, not who: of a copy, they wrote where its reader may not look.
    corroborations: evidence.corroborated_by.length,
    tags: [...memory.tags],
    timestamp: iso(memory.timestamp),
    recorded_at: iso(memory.recorded_at),
    updated_at: iso(memory.updated_at),
    last_seen_at: iso(memory.last_seen_at),
    superseded_at: isoOrNull(memory.superseded_at),
    superseded_by: memory.superseded_by,
    valid_from: isoOrNull(memory.valid_from),
    valid_to: isoOrNull(memory.valid_to),
    expires_at: isoOrNull(memory.expires_at),
    origin: memory.origin === null ? null : viewOrigin(memory.origin),
  };
}

/** Without its publishers' keys. */
function viewOrigin(origin: Origin): z.infer<typeof originView> {
  const { publishers: _, ...rest } = origin;
  return {
    ...rest,
    published_at: iso(origin.published_at),
    deleted_at: isoOrNull(origin.deleted_at),
  };
}

export function viewTrust(judged: TrustParts): z.infer<typeof trustPartsView> {
  const { trust: _, ...parts } = judged;
  return parts;
}

/** `explain`: with what its trust is made of. */
export function viewDetail(memory: Judged<ReadMemory>, explain = false): z.infer<typeof memoryDetailView> {
  const { interaction, publications, expiry, uses: _, ...rest } = memory;
  const view = {
    ...viewMemory(rest),
    ...(explain ? { trust_parts: viewTrust(rest.trust) } : {}),
    ...(expiry === undefined ? {} : { expiry: viewExpiry(expiry) }),
    ...(publications.length === 0 ? {} : { publications: publications.map(viewPublication) }),
  };
  return interaction === undefined ? view : { ...view, interaction: viewInteraction(interaction) };
}

function viewExpiry(expiry: Expiry): z.infer<typeof expiryView> {
  return {
    ...expiry,
    last_used_at: isoOrNull(expiry.last_used_at),
    latest: isoOrNull(expiry.latest),
  };
}

function viewPublication(publication: Publication): z.infer<typeof publicationView> {
  const { published_by_key: _, published_at, ...rest } = publication;
  return { ...rest, published_at: iso(published_at) };
}

function viewInteraction({ tool_calls, ...parts }: Interaction) {
  return tool_calls === undefined ? parts : { ...parts, tool_calls: [...tool_calls] };
}

const oneOrManyOf = (schema: z.ZodType<string>) =>
  z
    .union([schema, z.array(schema).min(1).max(LIMITS.filterValues)])
    .transform((value) => (Array.isArray(value) ? value : [value]));
const oneOrMany = oneOrManyOf(identifier);
const oneOrManyNames = oneOrManyOf(factName);

const someTags = tags.min(1);

/** A filter as it comes in a body. */
export const memoryFilter = z
  .strictObject({
    items_only: z.boolean().optional().openapi({ description: "`true`: only memories under a key." }),
    agent_id: oneOrMany.optional(),
    session_id: oneOrMany.optional(),
    tags: someTags.optional().openapi({ description: "Every one of these." }),
    tags_any: someTags.optional().openapi({ description: "At least one of these." }),
    from: time.optional().openapi({ description: "Of `timestamp`; included." }),
    to: time.optional().openapi({ description: "Of `timestamp`; not included." }),
    metadata: metadataFilter.optional(),
    fact: z
      .strictObject({
        subject: oneOrManyNames.optional(),
        predicate: oneOrManyNames.optional(),
        object: oneOrManyNames.optional(),
      })
      .refine((fact) => Object.keys(fact).length > 0, "Must name something.")
      .optional()
      .openapi({ description: "Facts with these names, whatever their case; aliases aren't looked up." }),
  })
  .openapi("MemoryFilter");
