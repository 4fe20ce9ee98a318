import type { Scope } from "../access/grants.js";
import type { Trail } from "../access/trail.js";
import type { FactPlacing } from "./facts/fact.js";
import type { FacetQuery } from "./filter.js";
import type { KeywordQuery } from "./terms.js";
import type {
  EmbeddingStatus,
  Interaction,
  Memory,
  MemoryDetail,
  MemoryType,
  Publication,
} from "./record.js";

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
  readonly vectors: Vectors;
  /** The vector is the caller's: of the content alone, and never made anew. */
  readonly ownVector: boolean;
  /** When the embedding worker should look at it; undefined when there's nothing left to embed. */
  readonly embedAt: number | undefined;
  /** Undefined: it is no fact, or a copy of one: where it comes from, its place was found. */
  readonly fact?: FactPlacing | undefined;
}

/**
 * `created`: stored as given. `seen`: the same content was there; this is that memory, counted once more. Of an item:
 * there is one under its key, and it is untouched.
 */
export interface InsertOutcome {
  readonly kind: "created" | "seen";
  readonly memory: Memory;
}

export interface Revision {
  readonly memory: Memory;
  /** As it is stored: it never changes, but counts. */
  readonly interaction: Interaction | undefined;
  readonly expectedVersion: number;
  /** Undefined: the content didn't change. */
  readonly contentHash: string | undefined;
  /** Undefined: the content didn't change, so the vectors stay. */
  readonly vectors: Vectors | undefined;
  readonly embedAt: number | undefined;
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

/** `published`: removed, and there are copies to tell. */
export type RemoveOutcome = "removed" | "missing" | "conflict" | "published";

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
  readonly limit: number;
  /** The sequence number after which (in the order's direction) the page begins. */
  readonly after: number | undefined;
}

export interface ListPage {
  readonly refs: readonly MemoryRef[];
  /** Where the next page begins; undefined at the end. */
  readonly next: number | undefined;
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
  /** With `asOf`, as it was then. */
  get(trail: Trail, ref: MemoryRef, asOf?: number): Promise<MemoryDetail | undefined>;
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
  revise(trail: Trail, revision: Revision): Promise<ReviseOutcome>;
  /** With `expectedVersion`, only that version is removed. */
  remove(trail: Trail, ref: MemoryRef, expectedVersion: number | undefined): Promise<RemoveOutcome>;
  /** By its key, in one step; with the id of what was removed. */
  removeItem(
    trail: Trail,
    ref: ItemRef,
    expectedVersion: number | undefined,
  ): Promise<{ readonly kind: RemoveOutcome; readonly id: string }>;
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
  /** Takes a deleted memory's words out of what followed it in its session. */
  detachContext(ref: MemoryRef, now: number): Promise<void>;
  list(query: ListQuery): Promise<ListPage>;
  /** Namespaces of a scope in which there was ever an act, in the order of their bytes, after `after`; at most `limit`. */
  namespacesIn(scope: Scope, after: string | undefined, limit: number): Promise<readonly string[]>;
  /** How many memories fulfil each query, in order. */
  countIn(queries: readonly CountQuery[]): Promise<readonly number[]>;
  search(query: SearchQuery): Promise<SearchResult>;
  attachVectors(progress: EmbeddingProgress): Promise<void>;
  /** Memories whose embedding is due, of all namespaces. */
  pendingEmbeddings(now: number, limit: number): Promise<readonly PendingEmbedding[]>;
  countByType(): Promise<Readonly<Record<MemoryType, number>>>;
}
