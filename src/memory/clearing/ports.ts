import type { Trail } from "../../access/trail.js";
import type { Erasing } from "../erasure/erasing.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { Using } from "../services.js";
import type { SessionStore } from "../sessions/ports.js";

/** When a deletion of a namespace began: what was written later stays. */
export interface ClearStart {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Number of the last change of its state before. */
  readonly change: number;
}

export interface StatePage {
  /** One may come twice in a walk. */
  readonly keys: readonly string[];
  /** Whether these were deleted while their history stays. Those that were written again come on other pages too. */
  readonly deleted: boolean;
  /** Undefined at the end. */
  readonly next: string | undefined;
}

/** Contents of a namespace other than memories and sessions. */
export interface NamespaceContents {
  /** Number of the last change of its state; 0: there was none. */
  lastChange(namespace: string): Promise<number>;
  /** Some keys of its state documents. `place` is the `next` of the page before; else the walk begins. */
  statePage(namespace: string, place: string | undefined): Promise<StatePage>;
  /**
   * Those of these documents that were there at a change: `live` ones, and `expired` ones, which are kept for questions
   * about the past.
   */
  stateBefore(
    namespace: string,
    keys: readonly string[],
    change: number,
  ): Promise<{ readonly live: readonly string[]; readonly expired: readonly string[] }>;
  /** Deletes a document with its history; false: it had expired. */
  removeState(trail: Trail, namespace: string, key: string): Promise<boolean>;
  /** Deletes the histories of these documents, up to a change; undefined: whole. */
  dropHistories(namespace: string, keys: readonly string[], change?: number): Promise<void>;
  /**
   * Deletes the traces of deleted memories and state: names and aliases of entities, changes of state, and runs of
   * consolidation, except one that is running. `start`: runs of later stay.
   */
  dropTraces(trail: Trail, namespace: string, start?: ClearStart): Promise<void>;
}

export interface ClearServices {
  readonly memory: Erasing & Using<Pick<LifecycleStore, "vitals">, "audit" | "receipts">;
  readonly sessions: SessionStore;
  readonly contents: NamespaceContents;
}
