import { invalid } from "../../domain/errors.js";
import type { Memory } from "./record.js";

/** Rejects an `as_of` in the future. Both in milliseconds since the epoch. */
export function refuseFuture(asOf: number | undefined, now: number): void {
  if (asOf !== undefined && asOf > now) throw invalid("as_of", "Must not lie in the future.");
}

/** Whether another memory supersedes it at this moment. */
export function isBehind(
  memory: Memory,
  { asOf }: Moment,
): memory is Memory & { readonly superseded_by: string } {
  return asOf === undefined && memory.superseded_by !== null;
}

/** Whether this version of a memory was current, and valid, at a moment. */
export function holds(memory: Memory, { asOf, validAt }: Moment): boolean {
  if (asOf !== undefined) {
    if (memory.updated_at > asOf) return false;
    if (memory.superseded_at !== null && memory.superseded_at <= asOf) return false;
  } else if (memory.superseded_at !== null) {
    // Superseded since it was found.
    return false;
  }
  if (validAt === undefined) return true;
  return (
    (memory.valid_from === null || memory.valid_from <= validAt) &&
    (memory.valid_to === null || memory.valid_to > validAt)
  );
}

/** A moment in both times, in milliseconds since the epoch. */
export interface Moment {
  /** Recorded time: versions that were current then; undefined: now. */
  readonly asOf: number | undefined;
  /** Valid time: what was true then; undefined: at any time. */
  readonly validAt: number | undefined;
}
