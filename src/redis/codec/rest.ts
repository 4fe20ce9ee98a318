import { DEFAULT_IMPORTANCE } from "../../memory/lifecycle/decay.js";
import { facetsOf, sessionFacet } from "../../memory/model/facets.js";
import type { JsonObject } from "../../domain/json.js";
import type { Vote } from "../../memory/trust/agents.js";
import type { Uses } from "../../memory/lifecycle/decay.js";
import { lengthPrior } from "../../memory/recall/length-prior.js";
import type {
  NewMemory,
  PendingEmbedding,
  PendingPublications,
  Preceding,
  Revision,
  Vitals,
} from "../../memory/ports/index.js";
import type { Fact } from "../../memory/model/fact.js";
import type {
  Evidence,
  FeedbackOutcome,
  Interaction,
  Lifetime,
  Memory,
  MemoryDetail,
  MemoryType,
  Origin,
  Publication,
} from "../../memory/model/record.js";
import { NO_EVIDENCE } from "../../memory/model/record.js";
import { isTurn } from "../../memory/model/turn.js";
import { indexText } from "../../memory/text/terms.js";
import { RECORD_SCHEMA, TERMS_SCHEMA } from "../schemas.js";
import { vectorBytes } from "./vector.js";

/**
 * How a memory stands in RedisJSON: `memory` is what a reader gets, `index` is what RediSearch sees, `raw` is
 * the interaction as it came.
 *
 * Metadata and the interaction are JSON in a string: RedisJSON 2.8 parses numbers with an error in the last
 * digit (4.235923879920906e-122 comes back as 4.2359238799209057e-122), and a caller gets back what it gave.
 */
export interface MemoryDocument {
  readonly memory: StoredMemory;
  readonly raw?: string;
  /** By namespace: to which it is, or is to be, published. */
  readonly published?: Readonly<Record<string, StoredPublication>>;
  /** Kept by memory/lua/insert.lua: ids of what was derived from it, the latest few. */
  readonly derived?: readonly string[];
  /** Kept by trust/lua/note-feedback.lua: by caller, what it said; by vote, what isn't counted for the author yet. */
  readonly voices?: Readonly<Record<string, unknown>>;
  readonly unsent?: Readonly<Record<string, Omit<Vote, "id">>>;
  readonly index: {
    readonly ns: string;
    readonly facets: readonly string[];
    readonly time: number;
    /** Since when this version holds, and until when: only old versions have an end. */
    readonly since: number;
    readonly until?: number;
    readonly valid_from?: number;
    readonly valid_to?: number;
    readonly text: string;
    /** What the predecessor in the session lends: its id, its end as it is embedded, and the terms of that. */
    readonly follows?: string;
    readonly preceding?: string;
    readonly context?: string;
    readonly prior: number;
    /**
     * Of a fact of cardinality one, set by lua/timelines.lua: its timeline, the facet of its object, and the end that its
     * writer gave it; `valid_to` may be sooner, where the next fact begins.
     */
    readonly timeline?: string;
    readonly object?: string;
    readonly stated_to?: number;
    /** The vector is the caller's, of the content alone. */
    readonly own_vector?: true;
    /** Facet of the session whose last turn this was when it was written. */
    readonly turn?: string;
    readonly hash: string;
    /** Which schemas it has: see migrations/schemas.ts. Left out by what was written before there was a second one. */
    readonly schema?: number;
    readonly terms?: number;
    readonly passages: number;
    /** What it counts for in its namespace's usage: see lua/usage.lua. */
    readonly bytes: number;
    readonly vector_bytes: number;
    readonly embed_at?: number;
    /** When a sweep should compare it with what others wrote. */
    readonly corroborate_at?: number;
    /** When a sweep should look whether the verdicts on it were counted. */
    readonly feedback_at?: number;
  };
}

type StoredPublication = Omit<Publication, "namespace">;

/** What remove.lua leaves of a published memory. */
interface StoredRemains {
  readonly published: Readonly<Record<string, StoredPublication>>;
  readonly deleted_at: number;
}

type StoredMemory = Omit<
  Memory,
  | "key"
  | "metadata"
  | "origin"
  | "fact"
  | "evidence"
  | "derived_from"
  | "source_trust"
  | "quarantined"
  | "superseded_by"
  | "importance"
  | "pinned"
  | "lifetime"
> & {
  /** Left out where it has none. */
  readonly key?: string | undefined;
  readonly metadata: string;
  /** Left out where there is none; written by scripts from then on. */
  readonly evidence?: StoredEvidence;
  readonly derived_from?: Memory["derived_from"];
  readonly source_trust?: number;
  readonly quarantined?: true;
  /** Set by lua/supersede.lua. */
  readonly superseded_by?: string;
  readonly importance?: number;
  readonly pinned?: boolean;
  readonly lifetime?: Lifetime;
  /** Left out where it is no copy. */
  readonly origin?: Origin | undefined;
  /** Likewise. */
  readonly fact?: Fact | undefined;
};

/** Numbers and flags are left out where they are 0 or false. */
interface StoredEvidence {
  readonly confirmed?: number;
  readonly contradicted?: number;
  readonly used?: number;
  readonly useless?: number;
  readonly human?: boolean;
  readonly last?: FeedbackOutcome;
  readonly last_at?: number;
  /** Never empty: an empty array would come back from a script as an object. */
  readonly agents?: readonly string[];
  readonly since?: number;
}

/** A document cut open where `index.seq` belongs: only the script knows that number. */
export interface EncodedDocument {
  readonly head: string;
  readonly tail: string;
  /** What its vectors say beside themselves: a JSON array of names and values by turns. */
  readonly vectorFields: string;
  readonly size: MemorySize;
}

/** In bytes. */
export interface MemorySize {
  /** Of the memory's JSON, its interaction included. */
  readonly json: number;
  /** Undefined: they stay as they are. */
  readonly vectors: number | undefined;
}

export function encodeDocument({ memory, interaction, preceding, ...rest }: NewMemory): EncodedDocument {
  const facets = facetsOf(memory);
  const prior = lengthPrior(memory.content.length);
  const stored = storedMemory(memory);
  const size = { json: jsonBytes(stored, interaction), vectors: vectorBytes(rest.vectors) };
  const document: MemoryDocument = {
    memory: stored,
    ...(interaction === undefined ? {} : { raw: JSON.stringify(interaction) }),
    index: {
      ns: memory.namespace,
      facets,
      time: memory.timestamp,
      since: memory.updated_at,
      ...validity(memory),
      text: indexText(memory.content),
      ...(preceding === undefined ? {} : lentBy(preceding)),
      prior,
      ...(rest.ownVector ? { own_vector: true as const } : {}),
      ...(isTurn(memory) ? { turn: sessionFacet(memory.session_id) } : {}),
      hash: rest.contentHash,
      schema: RECORD_SCHEMA,
      terms: TERMS_SCHEMA,
      passages: rest.vectors.length,
      bytes: size.json,
      vector_bytes: size.vectors,
      ...(rest.embedAt === undefined ? {} : { embed_at: rest.embedAt }),
      ...(rest.compareAt === undefined ? {} : { corroborate_at: rest.compareAt }),
    },
  };
  const json = JSON.stringify(document);
  const vectorFields = encodeVectorFields(memory, facets, prior);
  return { head: `${json.slice(0, -2)},"seq":`, tail: "}}", vectorFields, size };
}

/** Left out where there is no bound. */
function validity({ valid_from, valid_to }: Memory): { valid_from?: number; valid_to?: number } {
  return { ...(valid_from === null ? {} : { valid_from }), ...(valid_to === null ? {} : { valid_to }) };
}

function encodeVectorFields(memory: Memory, facets: readonly string[], prior: number): string {
  const fields = {
    ns: memory.namespace,
    facets: facets.join(","),
    time: memory.timestamp,
    prior,
    ...validity(memory),
  };
  return JSON.stringify(Object.entries(fields).flatMap(([name, value]) => [name, String(value)]));
}

/** Without the evidence: others add to it, and it isn't for its namespace to pay. */
function jsonBytes(stored: StoredMemory, interaction: Interaction | undefined): number {
  const { evidence: _, ...counted } = stored;
  const raw = interaction === undefined ? 0 : Buffer.byteLength(JSON.stringify(interaction));
  return Buffer.byteLength(JSON.stringify(counted)) + raw;
}

function storedMemory(memory: Memory): StoredMemory {
  const { evidence, derived_from, source_trust, quarantined, superseded_by: _, ...rest } = memory;
  return {
    ...rest,
    key: memory.key ?? undefined,
    fact: memory.fact ?? undefined,
    metadata: JSON.stringify(memory.metadata),
    origin: memory.origin ?? undefined,
    ...storedEvidence(evidence),
    ...(derived_from.length === 0 ? {} : { derived_from }),
    ...(source_trust === null ? {} : { source_trust }),
    ...(quarantined ? { quarantined } : {}),
  };
}

function storedEvidence({
  counts,
  human_confirmed,
  last_outcome,
  last_feedback_at,
  corroborated_by,
  since,
}: Evidence): {
  evidence?: StoredEvidence;
} {
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  const evidence: StoredEvidence = {
    ...Object.fromEntries(said),
    ...(last_outcome === null ? {} : { last: last_outcome }),
    ...(last_feedback_at === null ? {} : { last_at: last_feedback_at }),
    ...(human_confirmed ? { human: true } : {}),
    ...(corroborated_by.length === 0 ? {} : { agents: corroborated_by }),
    ...(since === null ? {} : { since }),
  };
  return Object.keys(evidence).length === 0 ? {} : { evidence };
}

/** A merge patch that leaves nothing of the evidence for what a memory said before but what is given. */
function replacedEvidence(evidence: Evidence) {
  const none = {
    confirmed: null,
    contradicted: null,
    used: null,
    useless: null,
    human: null,
    last: null,
    last_at: null,
    agents: null,
    since: null,
  } satisfies Record<keyof StoredEvidence, null>;
  return { ...none, ...storedEvidence(evidence).evidence };
}

function decodeEvidence(stored: StoredEvidence | undefined): Evidence {
  if (stored === undefined) return NO_EVIDENCE;
  const { confirmed = 0, contradicted = 0, used = 0, useless = 0 } = stored;
  return {
    counts: { confirmed, contradicted, used, useless },
    human_confirmed: stored.human ?? false,
    last_outcome: stored.last ?? null,
    last_feedback_at: stored.last_at ?? null,
    corroborated_by: stored.agents ?? [],
    since: stored.since ?? null,
  };
}

function lentBy({ id, text }: Preceding) {
  return { follows: id, preceding: text, context: indexText(text) };
}

/**
 * A JSON merge patch that makes a stored document its next version. What others change without making a version
 * is left out, so that none of it is lost: sightings, the expiry that they and uses prolong, evidence for what it still
 * says, and, where the vectors stay, all that the embedding worker sets.
 */
export function encodeRevision(revision: Revision): {
  patch: string;
  vectorFields: string;
  size: MemorySize;
} {
  const stored = storedMemory(revision.memory);
  const size = {
    json: jsonBytes(stored, revision.interaction),
    vectors: revision.vectors === undefined ? undefined : vectorBytes(revision.vectors),
  };
  const {
    embedding,
    expires_at,
    prolonged_by,
    seen_count: _,
    last_seen_at: __,
    evidence: ___,
    fact,
    ...rest
  } = stored;
  const memory = {
    ...rest,
    ...(revision.newExpiry ? { expires_at, prolonged_by } : {}),
    ...(revision.restated === true ? { evidence: replacedEvidence(revision.memory.evidence) } : {}),
    // All else of a fact is for life, or set by scripts as others come and go.
    ...(fact === undefined ? {} : { fact: { confidence: fact.confidence } }),
  };
  const facets = facetsOf(revision.memory);
  const prior = lengthPrior(memory.content.length);
  const index = {
    facets,
    prior,
    time: memory.timestamp,
    valid_from: memory.valid_from,
    valid_to: memory.valid_to,
    bytes: size.json,
    ...(revision.newEnd ? { stated_to: memory.valid_to } : {}),
    ...(size.vectors === undefined ? {} : { vector_bytes: size.vectors }),
    ...(revision.compareAt === undefined ? {} : { corroborate_at: revision.compareAt }),
  };
  const begun = revision.restated === true ? { voices: null } : {};
  const patch =
    revision.vectors === undefined
      ? { memory, index, ...begun }
      : {
          ...begun,
          memory: { ...memory, embedding },
          index: {
            ...index,
            text: indexText(memory.content),
            passages: revision.vectors.length,
            embed_at: revision.embedAt ?? null,
          },
        };
  const vectorFields = encodeVectorFields(revision.memory, facets, prior);
  return { patch: JSON.stringify(patch), vectorFields, size };
}

/** Reads what `JSON.GET key $.memory` returns: an array of one. */
export function decodeMemory(json: string): Memory {
  const [stored] = parseStored<[StoredMemory]>(json);
  return decodeStored(stored);
}

/** Reads what `JSON.GET key $` returns; undefined: what is left of a published memory. */
export function readDocument(json: string): MemoryDocument | undefined {
  const [document] = parseStored<[MemoryDocument | StoredRemains]>(json);
  return "memory" in document ? document : undefined;
}

/** The memory that a document holds. */
export function memoryOf({ memory, raw, published }: MemoryDocument): MemoryDetail {
  return detailOf(memory, raw, published);
}

/** Reads what `JSON.GET key $` returns. */
export function decodePending(json: string): PendingEmbedding {
  const [{ memory, index }] = parseStored<[MemoryDocument]>(json);
  return { ...decodeStored(memory), context: index.preceding ?? "" };
}

/**
 * Reads what `JSON.GET key $.memory $.raw $.published` returns: an array for each path, empty where there is nothing.
 * `record` is what `JSON.GET key $.raw` returns of the record, where the other is an old version without it.
 */
export function decodeDetail(json: string, record?: string): MemoryDetail {
  const {
    "$.memory": [stored],
    "$.raw": [raw],
    "$.published": [published],
  } = parseStored<{
    "$.memory": [StoredMemory];
    "$.raw": [string?];
    "$.published": [Readonly<Record<string, StoredPublication>>?];
  }>(json);
  const [whole] = record === undefined ? [raw] : parseStored<[string?]>(record);
  return detailOf(stored, whole, published);
}

/** Reads what `JSON.GET key $.memory.metadata` returns; undefined: there is none. */
export function decodeMetadata(json: string): JsonObject | undefined {
  const [text] = parseStored<[string?]>(json);
  return text === undefined ? undefined : parseStored<JsonObject>(text);
}

/** Reads what `JSON.GET key $.unsent` returns: an array of one, or empty. */
export function decodeVotes(json: string | undefined): Vote[] {
  const [unsent = {}] = parseStored<[Record<string, Omit<Vote, "id">>?]>(json ?? "[]");
  return Object.entries(unsent).map(([id, { at, verdict }]) => ({ id, at, verdict }));
}

/** A JSON merge patch that notes a publication, and when a sweep should look for it. */
export function encodePublication({ namespace, ...note }: Publication, carryBy: number): string {
  return JSON.stringify({ published: { [namespace]: note }, index: { publish_at: carryBy } });
}

/** Reads what `JSON.GET key $` returns of a memory, or of what is left of it. */
export function decodePublications(
  ref: { readonly namespace: string; readonly id: string },
  json: string,
): PendingPublications {
  const [document] = parseStored<[MemoryDocument | StoredRemains]>(json);
  if ("memory" in document) {
    const memory = detailOf(document.memory, document.raw, document.published);
    return { ...ref, memory, deletedAt: null, publications: memory.publications };
  }
  const publications = decodePublished(document.published);
  return { ...ref, memory: undefined, deletedAt: document.deleted_at, publications };
}

function detailOf(
  stored: StoredMemory,
  raw: string | undefined,
  published: Readonly<Record<string, StoredPublication>> | undefined,
): MemoryDetail {
  const memory = { ...decodeStored(stored), publications: decodePublished(published) };
  return raw === undefined ? memory : { ...memory, interaction: parseStored<Interaction>(raw) };
}

function decodePublished(published: Readonly<Record<string, StoredPublication>> = {}): Publication[] {
  return Object.entries(published).map(
    ([namespace, { follow, published_by, published_by_key, published_at, version }]) => ({
      namespace,
      follow,
      published_by,
      published_by_key,
      published_at,
      version,
    }),
  );
}

function decodeStored(stored: StoredMemory): Memory {
  return {
    ...stored,
    key: stored.key ?? null,
    // A merge patch removes what it sets to null.
    agent_id: stored.agent_id ?? null,
    session_id: stored.session_id ?? null,
    // Of what was written before there was such a thing, too.
    importance: stored.importance ?? DEFAULT_IMPORTANCE,
    pinned: stored.pinned ?? false,
    lifetime: decodeLifetime(stored),
    prolonged_by: stored.prolonged_by ?? null,
    expires_at: stored.expires_at ?? null,
    superseded_at: stored.superseded_at ?? null,
    superseded_by: stored.superseded_by ?? null,
    valid_from: stored.valid_from ?? null,
    valid_to: stored.valid_to ?? null,
    origin:
      stored.origin === undefined ? null : { ...stored.origin, deleted_at: stored.origin.deleted_at ?? null },
    fact: stored.fact ?? null,
    metadata: parseStored<JsonObject>(stored.metadata),
    derived_from: stored.derived_from ?? [],
    source_trust: stored.source_trust ?? null,
    evidence: decodeEvidence(stored.evidence),
    quarantined: stored.quarantined ?? false,
    embedding: { status: stored.embedding.status, model: stored.embedding.model ?? null },
  };
}

function decodeLifetime({ lifetime, expires_at, recorded_at }: StoredMemory): Lifetime {
  if (lifetime !== undefined) return { seconds: lifetime.seconds ?? null, by: lifetime.by };
  const seconds = (expires_at ?? null) === null ? null : Math.ceil(((expires_at ?? 0) - recorded_at) / 1000);
  return { seconds, by: "ttl" };
}

/** Reads what memory/lua/vitals.lua returns of a memory: an array for each path, empty where there is nothing. */
export function decodeVitals(json: string): Omit<Vitals, "id" | "uses"> {
  const found = parseStored<{
    "$.memory.version": [number];
    "$.memory.memory_type": [MemoryType];
    "$.memory.importance": [number?];
    "$.memory.pinned": [boolean?];
    "$.memory.recorded_at": [number];
    "$.memory.expires_at": [(number | null)?];
  }>(json);
  return {
    version: found["$.memory.version"][0],
    memoryType: found["$.memory.memory_type"][0],
    importance: found["$.memory.importance"][0] ?? DEFAULT_IMPORTANCE,
    pinned: found["$.memory.pinned"][0] ?? false,
    recordedAt: found["$.memory.recorded_at"][0],
    expiresAt: found["$.memory.expires_at"][0] ?? null,
  };
}

/** Reads what a namespace's uses hold of a memory: `<count> <milliseconds>`. */
export function decodeUses(text: string | undefined): Uses {
  const [count, at] = text?.split(" ") ?? [];
  return count === undefined || at === undefined
    ? { count: 0, lastAt: null }
    : { count: Number(count), lastAt: Number(at) };
}

/** What we read here was written by {@link encodeDocument} or by a script of ours, so its shape is known. */
function parseStored<Shape>(json: string): Shape {
  return JSON.parse(json) as Shape;
}
