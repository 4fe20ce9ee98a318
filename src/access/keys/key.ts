import type { Context } from "../../domain/context.js";
import type { Grant } from "../../domain/grant.js";
import { allows, scopeOf } from "../grants.js";

/**
 * An API key without its secret. Its grants never change: for other grants, make another key. Times in milliseconds
 * since the epoch.
 */
export interface ApiKey {
  readonly id: string;
  /** Becomes `source_agent` of what is written with it. */
  readonly agent: string;
  readonly name: string | null;
  readonly grants: readonly Grant[];
  /** It is a person's: what is said with it may be said as a human. */
  readonly human: boolean;
  readonly created_at: number;
  /** The key that made it; null: it was made from the shell, without a key, or before this was recorded. */
  readonly created_by: string | null;
  /** The agent of that key. */
  readonly created_by_agent: string;
  readonly expires_at: number | null;
  /** Rounded to the minute. */
  readonly last_used_at: number | null;
  /** Requests a minute; null: as configured for all keys. */
  readonly rate_limit_per_minute: number | null;
}

/** A key with what its secret is checked against. */
export interface StoredKey extends ApiKey {
  readonly secretHash: string;
}

/** Whether these grants administer everything, as an operator's do. An operator's limits hold for all others. */
export function isOperator(grants: readonly Grant[]): boolean {
  return allows(grants, "admin", EVERYTHING);
}

const EVERYTHING = scopeOf("**");

/**
 * Whether a caller may see a key and revoke it: it administers everything that the key opens. A key that reaches beyond
 * that is treated as missing, because its patterns would reveal other namespaces.
 */
export function administers({ actor }: Context, grants: readonly Grant[]): boolean {
  return grants.every(({ namespace }) => allows(actor.grants, "admin", scopeOf(namespace)));
}
