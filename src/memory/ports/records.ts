import type { Trail } from "../../access/trail.js";
import type { Interaction, Memory, MemoryDetail, Source } from "../model/record.js";
import type { ItemRef, MemoryRef, Vectors } from "../model/ref.js";
import type { MadeBy } from "../model/made.js";
import type { FactPlacing } from "../model/fact.js";

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
  /** Undefined: a caller wrote it, or it is a fact or a copy. */
  readonly made?: MadeBy | undefined;
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

/** An entry of a namespace's audit trail. */
export interface Recorded {
  readonly namespace: string;
  /** Its id in the trail. */
  readonly entry: string;
  /** The ids that it holds, in order. */
  readonly ids: readonly string[];
}

/**
 * Memories by their ids and keys: read, written, revised and removed. Every method of a store rejects with
 * `redis_unavailable` when the store can't be reached; nothing is half-written, whatever happens.
 */
export interface RecordStore {
  /** Resolves when the store answers. */
  reachable(): Promise<void>;
  /** One outcome or error an item, in order. */
  insert(trail: Trail, items: readonly NewMemory[]): Promise<readonly (InsertOutcome | Error)[]>;
  /** For each session, the end of its latest episodic memory. */
  lastTurns(namespace: string, sessionIds: readonly string[]): Promise<readonly (Preceding | undefined)[]>;
  /** With `asOf`, as it was then; `ended` if that version isn't kept any more. */
  get(trail: Trail, ref: MemoryRef, asOf?: number): Promise<MemoryDetail | "ended" | undefined>;
  /** As `get`, as part of an act that is recorded by itself. */
  peek(ref: MemoryRef): Promise<MemoryDetail | undefined>;
  /** By its key, in one step. */
  getItem(trail: Trail, ref: ItemRef): Promise<MemoryDetail | undefined>;
  /** As `getItem`, as part of an act that is recorded by itself. */
  peekItem(ref: ItemRef): Promise<MemoryDetail | undefined>;
  /** Versions below `before`, the newest first; undefined if there is no such memory. */
  versions(
    trail: Trail,
    ref: MemoryRef,
    before: number | undefined,
    limit: number,
  ): Promise<readonly Memory[] | undefined>;
  /** As part of an act that is recorded by itself: versions of memories of one namespace, in order. */
  peekVersions(namespace: string, versions: readonly Source[]): Promise<readonly (Memory | undefined)[]>;
  /** As part of an act that is recorded by itself: memories of one namespace, in order. */
  peekDetails(namespace: string, ids: readonly string[]): Promise<readonly (MemoryDetail | undefined)[]>;
  /**
   * Memories without their interactions, in order; undefined where there is none (any more). What is loaded is on
   * record in its namespace, and that there was an act in each of `namespaces`, also where nothing was found. `note` is
   * told of each entry.
   */
  load(
    trail: Trail,
    namespaces: readonly string[],
    refs: readonly MemoryRef[],
    asOf?: number,
    note?: (recorded: Recorded) => void,
  ): Promise<readonly (Memory | undefined)[]>;
  revise(trail: Trail, revision: Revision): Promise<ReviseOutcome>;
  /** What it stood for goes with it where that said the same, else it comes back. */
  remove(trail: Trail, ref: MemoryRef, only: RemoveOnly): Promise<Removal>;
  /** By its key, in one step; with the id of what was removed. */
  removeItem(trail: Trail, ref: ItemRef, only: RemoveOnly): Promise<Removal>;
  /** Takes a deleted memory's words out of what followed it in its session. */
  detachContext(ref: MemoryRef, now: number): Promise<void>;
}
