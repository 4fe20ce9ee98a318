import type { Trail } from "../../access/trail.js";
import type { Interaction, Memory, MemoryDetail, Source } from "../model/record.js";
import type { ItemRef, MemoryRef, Vectors } from "../model/ref.js";
import type { MadeBy } from "../model/made.js";
import type { FactPlacing } from "../model/fact.js";
import type { Situation } from "./search.js";

/** The context that a memory's predecessor in its session adds to its index entry and its first vector. */
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
  /** The hash that an older release would have given it: a memory with that hash may be the same. */
  readonly formerHash?: string | undefined;
  readonly vectors: Vectors;
  /** The vector is the caller's: it covers the content alone, and is never remade. */
  readonly ownVector: boolean;
  /** When the embedding worker should look at it; undefined when there's nothing left to embed. */
  readonly embedAt: number | undefined;
  /** When a sweep should compare it with other agents' memories, if there are any; undefined: never. */
  readonly compareAt?: number | undefined;
  /** Its writer may not read, so only what it wrote itself is the same fact. */
  readonly blind?: boolean | undefined;
  /** Undefined: it isn't a fact, or is a copy of one, whose place was found in its own namespace. */
  readonly fact?: FactPlacing | undefined;
  /** Undefined: a caller wrote it, or it is a fact or a copy. */
  readonly made?: MadeBy | undefined;
  /** Names the storing of this one, in place of the operation that stores it together with others. */
  readonly operation?: string | undefined;
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
  /** The stored interaction. It never changes, but its bytes count. */
  readonly interaction: Interaction | undefined;
  readonly expectedVersion: number;
  /** What it said when it was read, see {@link wordingOf}: `conflict` if a rewriting has changed that since. */
  readonly wording: string;
  /** Undefined: the identity stays. */
  readonly contentHash: string | undefined;
  /** It gets another hash only if it has one of these; undefined: in any case. */
  readonly knownBy?: readonly string[] | undefined;
  /** Undefined: the content didn't change, so the vectors stay. */
  readonly vectors: Vectors | undefined;
  readonly embedAt: number | undefined;
  /** The statement changes, so evidence for the old one doesn't count for it. */
  readonly restated?: boolean;
  /** When a sweep should compare it with what others wrote; undefined: never, or as it was. */
  readonly compareAt?: number | undefined;
  /** It counts, but no quota refuses it. */
  readonly exempt: boolean;
  /** False: its end stays, even if the content is seen again in between. */
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
  /** Conflict also if it was seen again, judged, published or used as a source. */
  readonly untouched?: boolean;
  /** A person deletes it: what was derived from it is noted, and handled by {@link erase}. */
  readonly derived?: boolean;
}

/** `published`: removed, and its copies need an update. */
export type RemoveOutcome = "removed" | "missing" | "conflict" | "published";

export interface Removal {
  readonly kind: RemoveOutcome;
  readonly id: string;
  /** Another memory was derived from it, or quotes it. */
  readonly noted: boolean;
}

/** What else to read of the first memories of a list. */
export interface Situating {
  /** How many. */
  readonly first: number;
  /** Called with the situation of each that there is, and its place in the list. */
  readonly note: (situation: Situation, place: number) => void;
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
 * `redis_unavailable` when the store can't be reached. Nothing is ever half-written.
 */
export interface RecordStore {
  /** Resolves when the store of a namespace answers. */
  reachable(namespace: string): Promise<void>;
  /** One outcome or error per item, in order. */
  insert(trail: Trail, items: readonly NewMemory[]): Promise<readonly (InsertOutcome | Error)[]>;
  /** The end of each session's latest episodic memory. */
  lastTurns(namespace: string, sessionIds: readonly string[]): Promise<readonly (Preceding | undefined)[]>;
  /** With `asOf`, the version of that time; `ended`: that version is no longer kept. */
  get(trail: Trail, ref: MemoryRef, asOf?: number): Promise<MemoryDetail | "ended" | undefined>;
  /** As `get`, but part of an act that is recorded by itself. */
  peek(ref: MemoryRef): Promise<MemoryDetail | undefined>;
  /** Reads an item by its key, in one step. */
  getItem(trail: Trail, ref: ItemRef): Promise<MemoryDetail | undefined>;
  /** As `getItem`, but part of an act that is recorded by itself. */
  peekItem(ref: ItemRef): Promise<MemoryDetail | undefined>;
  /** Versions below `before`, the newest first; undefined if there is no such memory. */
  versions(
    trail: Trail,
    ref: MemoryRef,
    before: number | undefined,
    limit: number,
  ): Promise<readonly Memory[] | undefined>;
  /** Reads versions of memories of one namespace, in order. Part of an act that is recorded by itself. */
  peekVersions(namespace: string, versions: readonly Source[]): Promise<readonly (Memory | undefined)[]>;
  /** Reads memories of one namespace, in order. Part of an act that is recorded by itself. */
  peekDetails(namespace: string, ids: readonly string[]): Promise<readonly (MemoryDetail | undefined)[]>;
  /**
   * Memories without their interactions, in order; undefined for a missing one. Loaded memories are recorded in their
   * namespace. The act is recorded in each of `namespaces`, even if nothing was found there. `note` is called with each
   * entry.
   */
  load(
    trail: Trail,
    namespaces: readonly string[],
    refs: readonly MemoryRef[],
    asOf?: number,
    note?: (recorded: Recorded) => void,
    situating?: Situating,
  ): Promise<readonly (Memory | undefined)[]>;
  revise(trail: Trail, revision: Revision): Promise<ReviseOutcome>;
  /** Removes a memory. A memory that it superseded goes too if it said the same, else it comes back. */
  remove(trail: Trail, ref: MemoryRef, only: RemoveOnly): Promise<Removal>;
  /** Removes an item by its key, in one step; returns the removed id. */
  removeItem(trail: Trail, ref: ItemRef, only: RemoveOnly): Promise<Removal>;
  /** Takes a deleted memory's words out of its successor in the session. */
  detachContext(ref: MemoryRef, now: number): Promise<void>;
}
