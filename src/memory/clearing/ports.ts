import type { Trail } from "../../access/trail.js";
import type { Erasing } from "../erasure/erasing.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { Using } from "../services.js";
import type { SessionStore } from "../sessions/ports.js";

/** Contents of a namespace other than memories and sessions. */
export interface NamespaceContents {
  /** Keys of its state documents; one may come twice. */
  stateKeys(namespace: string): AsyncIterable<readonly string[]>;
  /** Deletes a document with its history; false: it had expired. */
  removeState(trail: Trail, namespace: string, key: string): Promise<boolean>;
  /**
   * Deletes the traces of deleted memories and state: names and aliases of entities, changes and history of state, and
   * runs of consolidation, except one that is running.
   */
  dropTraces(trail: Trail, namespace: string): Promise<void>;
}

export interface ClearServices {
  readonly memory: Erasing & Using<Pick<LifecycleStore, "vitals">, "audit" | "receipts">;
  readonly sessions: SessionStore;
  readonly contents: NamespaceContents;
}
