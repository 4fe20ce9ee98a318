import type { Trail } from "../access/trail.js";
import type { StateDocument, StateFacts, StateRef } from "./document.js";
import type { JsonText } from "./json-text.js";

/** What must be so for a write: any state, there, not there, or this version. */
export type Precondition = "any" | "present" | "absent" | number;

/** Seconds; null: for ever; undefined: see each write. */
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
  readonly sliding: boolean | undefined;
  readonly precondition: Precondition;
}

export interface DeleteCommand {
  readonly ref: StateRef;
  readonly precondition: Precondition;
}

/** It would live longer than the namespace's maximum. */
export interface TtlTooLong {
  readonly kind: "ttl_too_long";
  readonly maxSeconds: number;
}

export type GetOutcome =
  | { readonly kind: "found"; readonly document: StateDocument }
  | { readonly kind: "missing" }
  | { readonly kind: "bad_path" };

export type PutOutcome =
  | { readonly kind: "created" | "replaced"; readonly facts: StateFacts }
  | { readonly kind: "conflict" }
  | TtlTooLong;

export type PatchOutcome =
  | { readonly kind: "patched"; readonly document: StateDocument }
  | { readonly kind: "missing" }
  | { readonly kind: "conflict" }
  | { readonly kind: "too_large" }
  | TtlTooLong;

/**
 * What the domain needs of a store of state. Every method is one script, recorded in the audit trail by itself, and
 * rejects with `redis_unavailable` when the store can't be reached.
 */
export interface StateStore {
  /** With `path` (JSONPath), the value is the array of its matches. */
  get(trail: Trail, ref: StateRef, path: string | undefined): Promise<GetOutcome>;
  put(trail: Trail, command: PutCommand): Promise<PutOutcome>;
  /** A JSON merge patch (RFC 7396). */
  patch(trail: Trail, command: PatchCommand): Promise<PatchOutcome>;
  remove(trail: Trail, command: DeleteCommand): Promise<"removed" | "missing" | "conflict">;
}
