import type { Trail } from "./trail.js";

/** The audit trail, for acts that change nothing in the store; all others are recorded by the store as they are done. */
export interface AuditLog {
  /** A refusal that can't be recorded isn't given: the caller hears that Redis is away. */
  denied(trail: Trail): Promise<void>;
  /** Of an act in no single namespace. */
  system(trail: Trail, outcome: string): Promise<void>;
  record(namespace: string, trail: Trail, outcome: string): Promise<void>;
}
