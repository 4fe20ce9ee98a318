import type { Trail } from "../access/trail.js";
import type { StateDocument, StateFacts, StateOperation, StateRef } from "./document.js";
import type { ReadPath } from "./json-path.js";
import type { JsonText } from "./json-text.js";
import type { WritePath } from "./path.js";
import type { Precondition } from "../domain/precondition.js";

/** Seconds; null: no expiry; undefined: see each write. */
export type AskedTtl = number | null | undefined;

export interface PutCommand {
  readonly ref: StateRef;
  readonly value: JsonText;
  /** Undefined: as the namespace says. */
  readonly ttl: AskedTtl;
  readonly sliding: boolean;
  readonly precondition: Precondition;
  /** See {@link Context.operation}. */
  readonly operation: string | undefined;
}

export interface PatchCommand {
  readonly ref: StateRef;
  readonly patch: JsonText;
  /** Undefined: as long as it would have. */
  readonly ttl: AskedTtl;
  readonly precondition: Precondition;
}

export interface DeleteCommand {
  readonly ref: StateRef;
  readonly precondition: Precondition;
  /** With its history, in the same step; also what is left of one that expired or was deleted before. */
  readonly whole?: boolean;
}

/** It would live longer than the namespace's maximum. */
export interface TtlTooLong {
  readonly kind: "ttl_too_long";
  readonly maxSeconds: number;
}

export type GetOutcome =
  | { readonly kind: "found"; readonly document: StateDocument }
  | { readonly kind: "missing" };

export type PutOutcome =
  | { readonly kind: "created" | "replaced"; readonly facts: StateFacts }
  | { readonly kind: "conflict" }
  | TtlTooLong;

export type PatchOutcome =
  | { readonly kind: "patched"; readonly document: StateDocument }
  | { readonly kind: "missing" }
  | { readonly kind: "conflict" }
  | { readonly kind: "too_large" }
  /** A number of the patch can't be kept exactly where it stands. */
  | { readonly kind: "inexact" }
  | TtlTooLong;

export interface Transaction {
  readonly namespace: string;
  /** All keys of the checks and the operations, each once. */
  readonly keys: readonly string[];
  readonly checks: readonly TransactionCheck[];
  readonly operations: readonly TransactionOperation[];
  /** See {@link Context.operation}. */
  readonly operation: string | undefined;
}

export interface TransactionCheck {
  readonly key: string;
  /** Null: must not be there. */
  readonly version: number | null;
}

export interface TransactionOperation {
  readonly op: StateOperation;
  readonly key: string;
  /** Undefined: the whole value. */
  readonly path: WritePath | undefined;
  /** For set and merge. */
  readonly value: JsonText | undefined;
  /** For increment. */
  readonly by: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Undefined: as PUT where the whole value is set, else as long as it would have. */
  readonly ttl: AskedTtl;
}

export type TransactionOutcome =
  | { readonly kind: "done"; readonly results: readonly TransactionResult[] }
  | {
      readonly kind: "failed";
      readonly part: "check" | "operation";
      readonly index: number;
      readonly reason: string;
      /** A check's current version, or the maximum of a time to live; '' if there is none. */
      readonly more: string;
    };

export interface TransactionResult {
  readonly version: number;
  /** For an increment: the sum as JSON. */
  readonly json: string | undefined;
}

export type AsOfOutcome =
  | { readonly kind: "found"; readonly document: StateDocument }
  | { readonly kind: "missing" }
  | { readonly kind: "expired" }
  | { readonly kind: "future" };

/** A version that is or was current. A version of the document. The value of a deletion is null. */
export interface StateVersion extends StateDocument {
  readonly op: StateOperation;
}

export interface VersionPage {
  readonly versions: readonly StateVersion[];
  /** Where the next page begins; undefined at the end. */
  readonly next: string | undefined;
}

/** What a list says of a document: all but its value. */
export interface ListedDocument extends StateFacts {
  readonly key: string;
}

export interface DocumentPage {
  readonly documents: readonly ListedDocument[];
  /** The key after which the next page begins; undefined at the end. */
  readonly next: string | undefined;
}

/** One change of a namespace's state. */
export interface StateChange {
  /** `<milliseconds>-<version>`. */
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly op: StateOperation;
  readonly by: string;
  readonly at: number;
}

/**
 * The domain's store of state. Every method is one script, recorded in the audit trail by itself, and rejects with
 * `redis_unavailable` when the store can't be reached.
 */
export interface StateStore {
  /** With `path`, the value is the array of its matches. */
  get(trail: Trail, ref: StateRef, path: ReadPath | undefined): Promise<GetOutcome>;
  put(trail: Trail, command: PutCommand): Promise<PutOutcome>;
  /** A JSON merge patch (RFC 7396). */
  patch(trail: Trail, command: PatchCommand): Promise<PatchOutcome>;
  remove(trail: Trail, command: DeleteCommand): Promise<"removed" | "missing" | "conflict">;
  transact(trail: Trail, transaction: Transaction): Promise<TransactionOutcome>;
  /** The document as a reader would have seen it at a time. */
  asOf(trail: Trail, ref: StateRef, time: number): Promise<AsOfOutcome>;
  /** The array of a path's matches in a value that isn't stored any more. */
  query(namespace: string, value: JsonText, path: ReadPath): Promise<string>;
  /** Newest first; `before` is the `next` of the page before. */
  history(trail: Trail, ref: StateRef, limit: number, before: string | undefined): Promise<VersionPage>;
  /**
   * Documents whose keys begin with `prefix` and come after `after`, in the order of their keys' bytes. A page may hold fewer
   * than `limit` before the end: those that have expired are dropped as they are met.
   */
  list(
    trail: Trail,
    namespace: string,
    options: { readonly prefix: string; readonly after: string | undefined; readonly limit: number },
  ): Promise<DocumentPage>;
  /** The id after which to read changes: of now, or `after`; undefined if changes after that are gone. */
  startOfChanges(trail: Trail, namespace: string, after: string | undefined): Promise<string | undefined>;
  /**
   * Changes in order, and the version of the namespace's last change. `erasedTo`: of the last one that an erasure took out,
   * or 0.
   */
  changesAfter(
    namespace: string,
    id: string,
    limit: number,
  ): Promise<{
    readonly changes: readonly StateChange[];
    readonly latest: number;
    readonly erasedTo: number;
  }>;
}

/** Says that there may be changes to look for. */
export interface StateNews {
  /** Listens until the returned function is called. */
  listen(namespace: string, onNews: () => void): Promise<() => void>;
}
