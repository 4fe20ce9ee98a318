import type { StoredEntry } from "./entry.js";
import type { Scope } from "./grants.js";
import type { Trail } from "./trail.js";

/** The audit trail, for acts that change nothing in the store; all others are recorded by the store as they are done. */
export interface AuditLog {
  /** Records a refusal. If that fails, the caller gets `redis_unavailable` instead. */
  denied(trail: Trail): Promise<void>;
  /** Records an act that belongs to no single namespace. `does`: what its operation does, for `done`. */
  system(trail: Trail, outcome: string, does?: string): Promise<void>;
  record(namespace: string, trail: Trail, outcome: string, does?: string): Promise<void>;
  /**
   * What an operation has done in a namespace (undefined: in no single one), as its script noted it in the step that did
   * it; undefined: nothing, or it doesn't note that. For a day.
   */
  done(namespace: string | undefined, operation: string): Promise<string | undefined>;
}

/** A part of one trail; both ends are ids of entries or milliseconds, and `(` before one leaves it out. */
export interface TrailRange {
  readonly trail: string;
  readonly from: string;
  readonly to: string;
  readonly order: "asc" | "desc";
  readonly count: number;
}

/** The audit trail's reading side. Its methods record nothing: the act that calls them does. */
export interface AuditReader {
  /** The trail of refusals, and the trail of acts in no single namespace. All other trails belong to a namespace. */
  readonly denials: string;
  readonly system: string;
  /** Namespaces of a scope that have a trail, and others, in order: however many. */
  namespaces(scope: Scope): Promise<readonly string[]>;
  /**
   * The moment (milliseconds) up to which these trails are complete: resolves when nothing can be added any more at
   * or before it.
   */
  horizon(trails: readonly string[]): Promise<number>;
  /** One answer a range, in order. Fewer entries than `count`: there are no more. */
  read(ranges: readonly TrailRange[]): Promise<readonly (readonly StoredEntry[])[]>;
}
