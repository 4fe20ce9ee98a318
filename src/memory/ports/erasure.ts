import type { MadeBy } from "../model/made.js";

/** Something that a person deleted. The note stays until all that was derived from it has been handled. */
export type ErasureNote =
  /** A memory that is gone. */
  | { readonly kind: "memory"; readonly id: string }
  /** A memory that was remade: its old versions still hold deleted text. */
  | { readonly kind: "versions"; readonly id: string }
  /** A session that is gone: what was promoted from it goes. */
  | { readonly kind: "session"; readonly incarnation: string; readonly sessionId: string }
  /** A session whose running summary quotes what is gone. */
  | { readonly kind: "summary"; readonly incarnation: string; readonly sessionId: string };

/** The store of what is still to be erased. It outlives the process that began. */
export interface DeletionStore {
  /** The oldest note of a namespace; undefined: nothing is left to do. */
  next(namespace: string): Promise<ErasureNote | undefined>;
  note(namespace: string, note: ErasureNote): Promise<void>;
  settle(namespace: string, note: ErasureNote): Promise<void>;
  /** Ids of memories that name this one as a source; undefined: the index is still being filled. */
  derivedFrom(namespace: string, id: string, limit: number): Promise<readonly string[] | undefined>;
  /** Takes a source off a memory; false: it has no other source, and wasn't also written by itself. */
  withdrawSource(namespace: string, id: string, source: string): Promise<boolean>;
  /** `until`: only those that were superseded by then, milliseconds since the epoch. */
  purgeVersions(namespace: string, id: string, until?: number): Promise<void>;
  /** Deletes the versions from before a caller gave it its own content: mneme made these from sources. */
  purgeMadeVersions(namespace: string, id: string): Promise<void>;
  /** How mneme made each of them; undefined for a caller's memory, a fact, and a missing one. */
  madeOf(namespace: string, ids: readonly string[]): Promise<readonly (MadeBy | undefined)[]>;
  /** Gives a session another running summary, if it is still this one. */
  rewriteSummary(
    session: { readonly namespace: string; readonly sessionId: string },
    incarnation: string,
    text: string,
  ): Promise<void>;
  /** Namespaces where something was left undone. */
  due(now: number, limit: number): Promise<readonly string[]>;
  /** Lets a namespace be due only then, milliseconds since the epoch. */
  postpone(namespace: string, at: number): Promise<void>;
}
