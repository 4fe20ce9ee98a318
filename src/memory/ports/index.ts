import type { PendingPublications } from "./publications.js";
import type { Comparison, Near, PendingFeedback, Said } from "./trust.js";
import type { Endings, Group, NamespaceDefaults, Use, Vitals } from "./lifecycle.js";
import type { CountQuery, ListPage, ListQuery, SearchQuery, SearchResult } from "./search.js";
import type {
  InsertOutcome,
  NewMemory,
  Preceding,
  RemoveOnly,
  RemoveOutcome,
  ReviseOutcome,
  Revision,
} from "./records.js";
import type { Trail } from "../../access/trail.js";
import type { ItemRef, MemoryRef, Vectors } from "../model/ref.js";
import type { Memory, MemoryDetail, MemoryType, Publication, Source } from "../model/record.js";
import type { Fact } from "../model/fact.js";
import type { Scope } from "../../access/grants.js";
import type { EmbeddingProgress, PendingEmbedding } from "./embedding.js";

export interface Removal {
  readonly kind: RemoveOutcome;
  readonly id: string;
  /** Something was derived of it, or quotes it. */
  readonly noted: boolean;
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
