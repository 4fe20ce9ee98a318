import type { Trail } from "../access/trail.js";
import type { ChosenReceipts, Receipt } from "../memory/ports/receipts.js";
import type { ErasureJob } from "./job.js";

/** Something that an erasure found. */
export type Doomed =
  /** A memory, or a published copy of one. */
  | { readonly kind: "memory" | "copy"; readonly namespace: string; readonly id: string }
  /** A memory of which only old versions are to be erased. */
  | { readonly kind: "history"; readonly namespace: string; readonly id: string }
  /** Words that a memory lent to what followed it in its session. */
  | { readonly kind: "lent"; readonly namespace: string; readonly id: string }
  | { readonly kind: "session"; readonly namespace: string; readonly id: string }
  | { readonly kind: "state"; readonly namespace: string; readonly id: string }
  /** A document that stays, whose history names agents that are erased. */
  | { readonly kind: "state_writers"; readonly namespace: string; readonly id: string }
  /** `namespace` null: of a saver without one. */
  | { readonly kind: "thread"; readonly namespace: string | null; readonly id: string }
  /** An entity with all of its names. */
  | { readonly kind: "entity"; readonly namespace: string; readonly id: string }
  /** A name of another entity that mentions the subject. */
  | { readonly kind: "mention"; readonly namespace: string; readonly id: string }
  /** A name that is to be forgotten if no fact holds it any more. */
  | { readonly kind: "name"; readonly namespace: string; readonly id: string }
  /** The key of an item, which is erased with its memory; another name of an entity, which is erased with that. */
  | { readonly kind: "key" | "alias"; readonly namespace: string; readonly id: string };
export type DoomedKind = Doomed["kind"];

/** Where an erasure is in their list: several may have been started in one millisecond. */
export interface ErasurePlace {
  readonly at: number;
  readonly id: string;
}

export interface ListedErasure extends ErasurePlace {
  /** Undefined: it has just ended. */
  readonly job: ErasureJob | undefined;
}

/**
 * Erasures with what each has found. It is kept apart from the job, because it may be large, and each thing once, so
 * that a step that is repeated after a crash finds and counts nothing twice.
 */
export interface ErasureStore {
  /**
   * Also where Redis is full: what was asked for must be known. Returns its id, or that of the one that the operation
   * has begun already. Undefined: `most` erasures of its key aren't complete.
   */
  begin(trail: Trail, job: ErasureJob, most: number): Promise<string | undefined>;
  save(job: ErasureJob): Promise<void>;
  read(id: string): Promise<ErasureJob | undefined>;
  /** The latest first, after a place and `skip` more; fewer than `limit` only at the end. */
  list(limit: number, after: ErasurePlace | undefined, skip: number): Promise<readonly ListedErasure[]>;
  /** Ids of those that aren't complete, the oldest first; a postponed one is as old as that. */
  unfinished(limit: number): Promise<readonly string[]>;
  /** Lets those come first that were made or postponed before `now`. */
  postpone(id: string, now: number): Promise<void>;
  /** Notes what was found; returns how much of it is new. */
  found(id: string, doomed: readonly Doomed[]): Promise<number>;
  /** How many of each kind are still to be erased. */
  left(id: string): Promise<Readonly<Record<DoomedKind, number>>>;
  /** Some of a kind that are still to be erased. */
  open(id: string, kind: DoomedKind, limit: number): Promise<readonly Doomed[]>;
  /** Notes that these are erased. */
  erased(id: string, doomed: readonly Doomed[]): Promise<void>;
  /** All that was found, erased or not. */
  all(id: string): AsyncIterable<readonly Doomed[]>;
  counts(id: string): Promise<Readonly<Record<DoomedKind, number>>>;
  /** Forgets what was found. */
  drop(id: string): Promise<void>;
  /** The key by which certificates are signed; made when it is first asked for. */
  signingKey(): Promise<string>;
}

/** Places that hold copies of what is erased, besides the stores of memories, sessions and state. */
export interface Leftovers {
  /** Deletes an entity's names; an import doesn't bring its aliases back. Returns the number of names. */
  forgetEntity(namespace: string, name: string): Promise<number>;
  /** Likewise of one of its names alone. */
  forgetName(namespace: string, name: string): Promise<number>;
  /** Deletes receipts, so that nothing is left of them; returns how many. `dryRun`: only counts. */
  receipts(chosen: ChosenReceipts, dryRun: boolean, tick: () => Promise<void>): Promise<number>;
  /** Takes changes of these documents out of the stream that watchers read, and agents' names out of the others. */
  stateChanges(
    namespace: string,
    keys: ReadonlySet<string>,
    agents: readonly string[],
    tick: () => Promise<void>,
  ): Promise<void>;
  /** Takes agents' names out of the history of a document. */
  stateWriters(
    namespace: string,
    key: string,
    agents: readonly string[],
    tick: () => Promise<void>,
  ): Promise<void>;
  /** Deletes finished runs of consolidation that hold one of these; undefined: one of them is still running. */
  consolidations(namespace: string, holds: (text: string) => boolean): Promise<number | undefined>;
  /** Empties kept answers to requests in a namespace. */
  answers(namespace: string): Promise<void>;
  /**
   * Deletes cached vectors, exports and imports under way, and receipts of older releases, and takes agents' names out of
   * what operations with an idempotency key have done: no retry does it once more. Returns where it found such names.
   */
  caches(chosen: ChosenCaches, tick: () => Promise<void>): Promise<ReadonlySet<string>>;
  /** The trails that belong to no namespace: of refusals, and of acts in no single namespace. */
  readonly trails: { readonly denials: string; readonly system: string };
  /** Changes the text of entries of an audit trail, which stays verifiable; returns how many. */
  audit(
    trail: string,
    erasure: string,
    change: (raw: string) => string | undefined,
    tick: () => Promise<void>,
  ): Promise<number>;
  /** What is known of agents: their accuracy, and the votes on what they wrote. */
  agents(names: readonly string[]): Promise<void>;
  /**
   * Takes agents' names out of the notes of who wrote in a namespace first, and of who began its consolidations. Returns
   * how many there were.
   */
  writers(namespace: string, agents: readonly string[]): Promise<number>;
}

export interface ChosenCaches {
  /** Undefined: no text is erased, so these are left alone. */
  readonly texts:
    | {
        /** Whether a document or session is erased. */
        readonly names: (namespace: string, id: string) => boolean;
        readonly receipt: (receipt: Receipt) => boolean;
      }
    | undefined;
  /** Whether an agent's name is erased in a namespace; undefined: no agent's is. */
  readonly agent: ((namespace: string, name: string) => boolean) | undefined;
}
