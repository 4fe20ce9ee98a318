import type { Trail } from "../../access/trail.js";
import type { ArchiveSettings } from "../../access/namespaces/settings.js";
import type { EmbeddingStatus, Memory, MemoryDetail } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";

/** The place of the archive doesn't answer, is full, or doesn't let mneme in. */
export class PlaceAway extends Error {
  override readonly name = "PlaceAway";
}

/** A segment isn't what was written: cut off, changed, or another one's. */
export class SegmentDamaged extends Error {
  override readonly name = "SegmentDamaged";
}

/** A segment's name: its namespace, and its id there. */
export interface SegmentRef {
  readonly namespace: string;
  readonly segment: string;
}

/** Where segments are kept: a directory, or a bucket. Every method rejects with {@link PlaceAway}. */
export interface ArchivePlace {
  /** In words for an operator; without credentials. */
  readonly name: string;
  /** Writes a segment, and resolves once it is durable. */
  put(ref: SegmentRef, bytes: Buffer): Promise<void>;
  /** Undefined: it isn't there. */
  get(ref: SegmentRef, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** Resolves also if it isn't there. */
  remove(ref: SegmentRef): Promise<void>;
}

/** What a segment holds of a memory: what its stub doesn't. */
export interface ArchivedEntry {
  readonly id: string;
  readonly version: number;
  readonly content: string;
  /** The interaction as JSON. */
  readonly raw?: string | undefined;
  readonly embedding: { readonly status: EmbeddingStatus; readonly model: string | null };
  /** What the memory counted for: see lua/usage.lua. */
  readonly bytes: number;
  /** The vectors hold words of its predecessor in the session. */
  readonly context?: true | undefined;
}

/** An entry with its vectors, one per passage, as the vector index holds them. */
export interface StoredEntry extends ArchivedEntry {
  readonly vectors: readonly Buffer[];
}

/** What Redis knows of a segment. `open`: memories are still being moved into it. */
export interface SegmentFacts {
  readonly state: "open" | "closed";
  /** When it was made; milliseconds since the epoch. */
  readonly at: number;
  readonly memories: number;
  readonly bytes: number;
  /** SHA-256 of the whole segment, in hexadecimal. */
  readonly sha256: string;
}

export interface EpisodePage {
  readonly ids: readonly string[];
  /** The place where the next page begins; undefined at the end. */
  readonly next: number | undefined;
}

/** A memory that may be archived, as it is stored. */
export interface Archivable {
  readonly memory: MemoryDetail;
  readonly raw: string | undefined;
  readonly vectors: readonly Buffer[];
  /** What it counts for without its vectors and old versions. */
  readonly bytes: number;
  /** Something is still to be done with it: to embed, to compare, to judge, to carry to copies, to upgrade. */
  readonly busy: boolean;
  /** The vectors hold words of its predecessor in the session. */
  readonly context: boolean;
  /** When it came back from the archive last; undefined: never. */
  readonly restoredAt: number | undefined;
  /** SHA-1 of the stored document: it is archived only if it hasn't changed since. */
  readonly sha1: string;
}

export interface ArchivingNamespace {
  readonly namespace: string;
  readonly settings: ArchiveSettings;
  /** Segments that are to be looked at now. */
  readonly due: readonly string[];
}

export interface NextLook {
  /** Undefined: never. */
  readonly due: number | undefined;
  /** The look that was noted before: another one that came since, and is sooner, stays. Undefined: none does. */
  readonly before?: number | undefined;
}

export interface ArchiveAmount {
  readonly memories: number;
  readonly segments: number;
  /** Bytes in the place of the archive. */
  readonly bytes: number;
}

/** Stubs of archived memories, and what is known of the segments. Rejects as `RecordStore` does. */
export interface ArchiveStore {
  /** Namespaces that archive, or ever did, a page at a time. */
  archiving(now: number): AsyncIterable<readonly ArchivingNamespace[]>;
  /** Some hot episodes whose current version is from before then, in the namespace's order, from a place in it on. */
  episodesBefore(namespace: string, before: number, from: number, limit: number): Promise<EpisodePage>;
  /** Undefined for a missing one. */
  readArchivable(namespace: string, ids: readonly string[]): Promise<readonly (Archivable | undefined)[]>;
  /** Notes a segment before it is written with these memories, to be looked at again at `due`. */
  openSegment(ref: SegmentRef, facts: SegmentFacts, ids: readonly string[], due: number): Promise<void>;
  /** Notes another state, and when to look at it again. Does nothing if the segment isn't noted. */
  markSegment(ref: SegmentRef, facts: SegmentFacts, look: NextLook): Promise<void>;
  /** Forgets a segment. */
  dropSegment(ref: SegmentRef): Promise<void>;
  /** The names of all segments of a namespace. */
  allSegments(namespace: string): Promise<readonly string[]>;
  segments(namespace: string, names: readonly string[]): Promise<readonly (SegmentFacts | undefined)[]>;
  dueSegments(namespace: string, now: number): Promise<readonly string[]>;
  /** The memories that a segment was written with. */
  idsIn(ref: SegmentRef): Promise<readonly string[]>;
  /**
   * Leaves a stub of each memory that hasn't changed since it was read, if the segment is still open; returns the ids of
   * these.
   */
  leaveStubs(
    trail: Trail,
    ref: SegmentRef,
    items: readonly Archivable[],
    at: number,
  ): Promise<readonly string[]>;
  /** When each memory ends whose stub points to the segment, 0 for never; undefined for the others. */
  liveIn(ref: SegmentRef, ids: readonly string[]): Promise<readonly (number | undefined)[]>;
  /** Lets the stubs that point to one segment point to another, if that is open. Returns how many it did. */
  repoint(from: SegmentRef, to: string, ids: readonly string[]): Promise<number>;
  /** The segments to which the stubs of these point now; undefined: it isn't archived. */
  segmentsOf(namespace: string, ids: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Makes a stub the memory that it was. */
  bringBack(
    trail: Trail,
    ref: SegmentRef,
    entry: StoredEntry,
    options: BringBackOptions,
  ): Promise<BringBackOutcome>;
  /** The words by which archived memories are found. */
  wordsOf(refs: readonly MemoryRef[]): Promise<readonly string[]>;
  amountIn(namespace: string): Promise<ArchiveAmount>;
}

export interface BringBackOptions {
  /** The model whose vectors are wanted; others are computed again. */
  readonly model: string | undefined;
  /** When the segment is to be looked at, and now; milliseconds since the epoch. */
  readonly due: number;
  readonly now: number;
}

export type BringBackOutcome =
  | { readonly kind: "restored" }
  /** It is hot already, or gone. */
  | { readonly kind: "missing" }
  /** Its stub points to another segment. */
  | { readonly kind: "moved" }
  | { readonly kind: "full"; readonly quota: string };

export interface RefillLimits {
  /** The most segments that are read. */
  readonly segments: number;
  readonly timeoutMs: number;
}

export interface Refilled<M> {
  readonly memories: readonly M[];
  /** How many stayed stubs. */
  readonly missing: number;
}

/** What acts need of the archive. */
export interface Archive {
  /** Whether there is a place. */
  readonly configured: boolean;
  /** Puts the contents back into archived memories where they can be read within the limits. */
  refill<M extends Memory | undefined>(memories: readonly M[], limits?: RefillLimits): Promise<Refilled<M>>;
  /** The same, all of them, with their interactions. Rejects with `archive_unavailable` or `archive_damaged`. */
  whole<M extends Memory | undefined>(memories: readonly M[]): Promise<readonly M[]>;
  /** What the archive holds of these, in full; undefined for what isn't archived. Rejects likewise. */
  entries(
    namespace: string,
    archived: readonly { readonly id: string; readonly segment: string }[],
  ): Promise<ReadonlyMap<string, StoredEntry>>;
  /** Makes archived memories hot again. */
  bringBack(trail: Trail, namespace: string, id: string): Promise<BringBackOutcome>;
  /** Writes each segment of a namespace again that holds something that is gone. Rejects likewise. */
  purge(namespace: string, now: number): Promise<void>;
}
