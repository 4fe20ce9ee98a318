import type { NamespaceDefaults } from "../lifecycle/defaults.js";
import type { Scope } from "../../access/grants.js";
import type { Trail } from "../../access/trail.js";
import type { Uses } from "../lifecycle/decay.js";
import type { Fact, FactPlacing } from "../model/fact.js";
import type { FacetQuery } from "../conditions/filter.js";
import type { Endings, Group } from "../lifecycle/stats.js";
import type { KeywordQuery } from "../text/terms.js";
import type {
  EmbeddingStatus,
  Interaction,
  Memory,
  MemoryDetail,
  MemoryType,
  Publication,
  FeedbackOutcome,
  Source,
} from "../model/record.js";
import type { Vote } from "../trust/agents.js";

/** One passage's vector; its place in the array is the passage's place in the content. */
export type Vectors = readonly Float32Array[];

/** What a memory's predecessor in its session lends to its index entry and its first vector. */
export interface Preceding {
  readonly id: string;
  readonly text: string;
}

export interface NewMemory {
  readonly memory: Memory;
  readonly preceding: Preceding | undefined;
  readonly interaction: Interaction | undefined;
  /** Equal hashes in one namespace are one memory. */
  readonly contentHash: string;
  /** The hash that an older release would have given it: what has that may be the same memory. */
  readonly formerHash?: string | undefined;
  readonly vectors: Vectors;
  /** The vector is the caller's: of the content alone, and never made anew. */
  readonly ownVector: boolean;
  /** When the embedding worker should look at it; undefined when there's nothing left to embed. */
  readonly embedAt: number | undefined;
  /** When a sweep should compare it with what others wrote, where anybody else does; undefined: never. */
  readonly compareAt?: number | undefined;
  /** Its writer may not read, so only what it wrote itself is the same fact. */
  readonly blind?: boolean | undefined;
  /** Undefined: it is no fact, or a copy of one: where it comes from, its place was found. */
  readonly fact?: FactPlacing | undefined;
}

/**
 * `created`: stored as given. `seen`: the same content was there; this is that memory, counted once more. Of an item:
 * there is one under its key, and it is untouched.
 */
export interface InsertOutcome {
  readonly kind: "created" | "seen";
  /** Others write here too: it is to be compared with what they said. */
  readonly compare?: boolean;
  readonly memory: Memory;
}

export interface Revision {
  readonly memory: Memory;
  /** As it is stored: it never changes, but counts. */
  readonly interaction: Interaction | undefined;
  readonly expectedVersion: number;
  /** Undefined: it is known by the same as before. */
  readonly contentHash: string | undefined;
  /** It is known by another hash only if it was known by one of these; undefined: in any case. */
  readonly knownBy?: readonly string[] | undefined;
  /** Undefined: the content didn't change, so the vectors stay. */
  readonly vectors: Vectors | undefined;
  readonly embedAt: number | undefined;
  /** It says something else than before: what others said of that isn't said of this. */
  readonly restated?: boolean;
  /** When a sweep should compare it with what others wrote; undefined: never, or as it was. */
  readonly compareAt?: number | undefined;
  /** It counts, but no quota refuses it. */
  readonly exempt: boolean;
  /** False: it ends when it would have ended, also if the content is seen again meanwhile. */
  readonly newExpiry: boolean;
  /** A fact is given another end: it may be sooner, where the next fact begins. */
  readonly newEnd: boolean;
}

export type ReviseOutcome =
  /** `since`: when the version began, as `updated_at` says; `published`: there are copies to carry it to. */
  | {
      readonly kind: "revised";
      readonly since: number;
      readonly published: boolean;
      readonly validTo: number | null;
    }
  | { readonly kind: "missing" }
  | { readonly kind: "conflict" }
  | { readonly kind: "duplicate"; readonly id: string }
  | { readonly kind: "full"; readonly quota: string };

/** When a memory isn't removed after all: `conflict`. */
export interface RemoveOnly {
  /** If this isn't its version any more. */
  readonly version: number | undefined;
  /** Nor where somebody said it again, spoke of it, published it or derived something of it. */
  readonly untouched?: boolean;
  /** A person deletes it: what was derived of it is noted, and gone through by {@link erase}. */
  readonly derived?: boolean;
}

/** `published`: removed, and there are copies to tell. */
export type RemoveOutcome = "removed" | "missing" | "conflict" | "published";

export interface Removal {
  readonly kind: RemoveOutcome;
  readonly id: string;
  /** Something was derived of it, or quotes it. */
  readonly noted: boolean;
}

export interface MemoryRef {
  readonly namespace: string;
  readonly id: string;
  /** Of an old version; left out: the memory as it is. */
  readonly version?: number;
}

/** A memory by the caller's own name for it. */
export interface ItemRef {
  readonly namespace: string;
  readonly key: string;
}

export interface CountQuery {
  readonly scopes: readonly Scope[];
  readonly filter: FacetQuery;
}

export interface ListQuery {
  readonly namespace: string;
  readonly filter: FacetQuery;
  readonly order: "asc" | "desc";
  /** True: what is in quarantine, in place of what isn't; `any`: both. */
  readonly quarantined: boolean | "any";
  /** Also what other memories stand for, or only that; none of it unless told otherwise. */
  readonly superseded?: "any" | "only" | undefined;
  readonly limit: number;
  /** The sequence number after which (in the order's direction) the page begins. */
  readonly after: number | undefined;
}

export interface ListPage {
  readonly refs: readonly MemoryRef[];
  /** Where the next page begins; undefined at the end. */
  readonly next: number | undefined;
  /** The sequence number up to which it looked, of an ascending list. */
  readonly reached: number;
}

/** When: milliseconds since the epoch. */
export interface Moment {
  /** What was recorded and not superseded then; undefined: now. */
  readonly asOf: number | undefined;
  /** What was so in the world then; undefined: at any time. */
  readonly validAt: number | undefined;
}

export interface SearchQuery {
  readonly moment: Moment;
  /** All of these together, none of them empty. */
  readonly scopes: readonly Scope[];
  readonly filter: FacetQuery;
  readonly keyword: KeywordQuery | undefined;
  readonly vector: Float32Array | undefined;
  /** Facts that hold one of these names as subject or object, ranked by the terms of `keyword`. */
  readonly entities?: readonly string[] | undefined;
  /** How many candidates each list may have. */
  readonly depth: number;
}

export interface Candidate extends MemoryRef {
  /** BM25 with the length prior of a keyword hit, cosine similarity of a vector hit (the best passage's). */
  readonly score: number;
  /** The memory's length prior, where the score doesn't hold it yet. */
  readonly prior: number;
}

/** Ranked lists, best first; undefined where that search wasn't asked for. */
export interface SearchResult {
  readonly keyword: readonly Candidate[] | undefined;
  readonly vector: readonly Candidate[] | undefined;
  readonly entities: readonly Candidate[] | undefined;
  /** Memories that the namespaces and the filter let through: at most so many, some seconds ago. */
  readonly searched: number;
  /** Inverse document frequency of a term of the query, over all namespaces; some seconds old. */
  readonly idf: (term: string) => number;
}

/** What a policy decides by. Milliseconds since the epoch. */
export interface Vitals {
  readonly id: string;
  readonly version: number;
  readonly memoryType: MemoryType;
  readonly importance: number;
  readonly pinned: boolean;
  readonly recordedAt: number;
  readonly expiresAt: number | null;
  readonly uses: Uses;
}

/** A memory that a recall returned. */
export interface Use extends MemoryRef {
  /** The one that was returned. */
  readonly version: number;
  /** Undefined: use doesn't prolong its life. Milliseconds, and milliseconds since the epoch. */
  readonly renewal: { readonly life: number; readonly latest: number } | undefined;
}

export interface EmbeddingProgress {
  readonly ref: MemoryRef;
  /** Nothing is written if the memory has another version by now. */
  readonly version: number;
  /** Of the predecessor, as it was embedded; nothing is written if that lends it no longer. */
  readonly context: string;
  readonly status: EmbeddingStatus;
  readonly model: string | null;
  readonly vectors: Vectors;
  readonly embedAt: number | undefined;
}

/** What a caller found of a memory. */
export interface Said {
  readonly outcome: FeedbackOutcome;
  readonly by: "human" | "agent";
  readonly agent: string;
  /** A human's confirmation lets a copy out of quarantine. */
  readonly releases: boolean;
}

/** Verdicts on a memory that aren't counted for its author yet. */
export interface PendingFeedback extends MemoryRef {
  readonly author: string;
  readonly votes: readonly Vote[];
}

/** What a new memory is compared with, to see who said the same. */
export interface Comparison {
  readonly memory: Memory;
  /** The nearest of its namespace and type, itself left out. */
  readonly near: readonly { readonly memory: Memory; readonly similarity: number }[];
}

export interface Near {
  readonly id: string;
  /** Cosine. */
  readonly similarity: number;
}

export interface PendingEmbedding extends MemoryRef {
  readonly version: number;
  readonly content: string;
  /** Of the predecessor in the session; empty where there is none. */
  readonly context: string;
  readonly embedding: Memory["embedding"];
}

/** A memory with what its published copies may have to hear of. */
export interface PendingPublications extends MemoryRef {
  /** Undefined: it was deleted. */
  readonly memory: MemoryDetail | undefined;
  readonly deletedAt: number | null;
  readonly publications: readonly Publication[];
}

/**
 * What the domain needs of a store. Every method rejects with `redis_unavailable` when the store can't be
 * reached; nothing is half-written, whatever happens.
 */
export interface MemoryStore {
  /** Resolves when the store answers. */
  reachable(): Promise<void>;
  /** One outcome or error an item, in order. */
  insert(trail: Trail, items: readonly NewMemory[]): Promise<readonly (InsertOutcome | Error)[]>;
  /** For each session, the end of its latest episodic memory. */
  lastTurns(namespace: string, sessionIds: readonly string[]): Promise<readonly (Preceding | undefined)[]>;
  /** With `asOf`, as it was then; `ended` if that version isn't kept any more. */
  get(trail: Trail, ref: MemoryRef, asOf?: number): Promise<MemoryDetail | "ended" | undefined>;
  /** Versions below `before`, the newest first; undefined if there is no such memory. */
  versions(
    trail: Trail,
    ref: MemoryRef,
    before: number | undefined,
    limit: number,
  ): Promise<readonly Memory[] | undefined>;
  /** As `get`, as part of an act that is recorded by itself. */
  peek(ref: MemoryRef): Promise<MemoryDetail | undefined>;
  /** By its key, in one step. */
  getItem(trail: Trail, ref: ItemRef): Promise<MemoryDetail | undefined>;
  /** As `getItem`, as part of an act that is recorded by itself. */
  peekItem(ref: ItemRef): Promise<MemoryDetail | undefined>;
  /**
   * Memories without their interactions, in order; undefined where there is none (any more). What is loaded is on
   * record in its namespace, and that there was an act in each of `namespaces`, also where nothing was found.
   */
  load(
    trail: Trail,
    namespaces: readonly string[],
    refs: readonly MemoryRef[],
    asOf?: number,
  ): Promise<readonly (Memory | undefined)[]>;
  /** `timestamp` of each, as part of a recall; undefined where there is none (any more). */
  timesOf(refs: readonly MemoryRef[]): Promise<readonly (number | undefined)[]>;
  revise(trail: Trail, revision: Revision): Promise<ReviseOutcome>;
  /** What it stood for goes with it where that said the same, else it comes back. */
  remove(trail: Trail, ref: MemoryRef, only: RemoveOnly): Promise<Removal>;
  /** By its key, in one step; with the id of what was removed. */
  removeItem(trail: Trail, ref: ItemRef, only: RemoveOnly): Promise<Removal>;
  /** Notes that a memory is to be published, and that a sweep should look at it at `carryBy` if that isn't settled. */
  notePublication(
    trail: Trail,
    ref: MemoryRef,
    publication: Publication,
    carryBy: number,
  ): Promise<PendingPublications | "missing" | "too_many">;
  noteUnpublished(trail: Trail, ref: MemoryRef, from: string): Promise<"noted" | "missing" | "unpublished">;
  /** Notes how far a publication was carried; undefined: there is nothing to carry there any more. */
  settlePublication(
    pending: PendingPublications,
    namespace: string,
    version: number | undefined,
  ): Promise<void>;
  postponePublications(pending: PendingPublications, carryBy: number): Promise<void>;
  /** Of one memory, or of what is left of it. */
  publicationsOf(ref: MemoryRef): Promise<PendingPublications | undefined>;
  /** Memories whose copies should have heard of something by now, of all namespaces. */
  pendingPublications(now: number, limit: number): Promise<readonly PendingPublications[]>;
  /** Undefined: there is no such memory. `graceMs`: when a sweep should look whether its verdicts were counted. */
  noteFeedback(
    trail: Trail,
    ref: MemoryRef,
    said: Said,
    graceMs: number,
  ): Promise<{ readonly memory: Memory; readonly pending: PendingFeedback } | undefined>;
  /** Notes that these verdicts were counted. */
  settleFeedback(pending: PendingFeedback): Promise<void>;
  /** Memories whose verdicts should have been counted by now, of all namespaces. */
  pendingFeedback(now: number, limit: number): Promise<readonly PendingFeedback[]>;
  /** Lets a copy out of quarantine; undefined: there is no such memory. */
  release(trail: Trail, ref: MemoryRef): Promise<Memory | undefined>;
  /** The trust that a namespace wants of what is published to it; null: any. */
  publishMinTrust(namespace: string): Promise<number | null>;
  /** What a namespace's settings say where a caller says nothing. */
  defaultsOf(namespace: string): Promise<NamespaceDefaults>;
  /** As part of an act that is recorded by itself: versions of memories of one namespace, in order. */
  peekVersions(namespace: string, versions: readonly Source[]): Promise<readonly (Memory | undefined)[]>;
  /** As part of an act that is recorded by itself: memories of one namespace, in order. */
  peekDetails(namespace: string, ids: readonly string[]): Promise<readonly (MemoryDetail | undefined)[]>;
  /** Facts of one subject and predicate that begin around a time, and those that dispute them. */
  rivalsOf(
    namespace: string,
    fact: Pick<Fact, "subject" | "predicate">,
    from: number,
  ): Promise<readonly Memory[]>;
  /** The first passage's vector of each; undefined where there is none. */
  vectorsOf(namespace: string, ids: readonly string[]): Promise<readonly (Float32Array | undefined)[]>;
  /** All vectors that are kept of an old version; empty where some are missing. */
  oldVectors(ref: MemoryRef, version: number): Promise<Vectors>;
  /** The nearest of a type in a namespace, by their first passages; the memory itself is among them. */
  nearest(namespace: string, type: MemoryType, vector: Float32Array, limit: number): Promise<readonly Near[]>;
  /** Memories that should have been compared by now, of all namespaces. */
  pendingCorroborations(now: number, limit: number): Promise<readonly MemoryRef[]>;
  /** What a memory is to be compared with; `pending`: it has no vector yet; undefined: there is nothing to do. */
  comparisonOf(ref: MemoryRef, limit: number): Promise<Comparison | "pending" | undefined>;
  /** Notes that these say the same as the compared memory, and that it was compared. */
  corroborate(memory: Memory, others: readonly Memory[]): Promise<void>;
  postponeCorroboration(ref: MemoryRef, at: number): Promise<void>;
  /** Brings back memories of a namespace for which another one stood that has ended; with how many there were. */
  freeOrphans(trail: Trail, namespace: string, ids: readonly string[]): Promise<number>;
  /** Takes a deleted memory's words out of what followed it in its session. */
  detachContext(ref: MemoryRef, now: number): Promise<void>;
  /** As part of an act that is recorded by itself; undefined where there is none (any more). */
  vitals(namespace: string, ids: readonly string[]): Promise<readonly (Vitals | undefined)[]>;
  /** Notes that these were used, and prolongs their lives; not more often than makes sense. */
  touch(uses: readonly Use[]): Promise<void>;
  list(query: ListQuery): Promise<ListPage>;
  /** Namespaces of a scope in which there was ever an act, in the order of their bytes, after `after`; at most `limit`. */
  namespacesIn(scope: Scope, after: string | undefined, limit: number): Promise<readonly string[]>;
  /** How many memories fulfil each query, in order. */
  countIn(queries: readonly CountQuery[]): Promise<readonly number[]>;
  search(query: SearchQuery): Promise<SearchResult>;
  /** How many memories hold each of these terms, in all namespaces and some seconds ago. */
  countHolding(terms: readonly string[]): Promise<(term: string) => number>;
  attachVectors(progress: EmbeddingProgress): Promise<void>;
  /** Memories whose embedding is due, of all namespaces. */
  /** Makes all that waits for a later attempt to be embedded due now. */
  hastenEmbeddings(now: number): Promise<void>;
  pendingEmbeddings(now: number, limit: number): Promise<readonly PendingEmbedding[]>;
  /** What a namespace holds; incomplete where counting would take longer. `superseded`: of that alone, else without. */
  groupsOf(
    namespace: string,
    budgetMs: number,
    superseded: boolean,
  ): Promise<{ readonly groups: readonly Group[]; readonly complete: boolean }>;
  /** What of it ends after `now`: how many until each of these moments, and the first `limit`. */
  endingsOf(namespace: string, now: number, moments: readonly number[], limit: number): Promise<Endings>;
  countByType(): Promise<Readonly<Record<MemoryType, number>>>;
}
