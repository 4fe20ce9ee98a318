import { invalid } from "../../domain/errors.js";
import type { Memory } from "./record.js";

/** What will have been known can't be asked. Both in milliseconds since the epoch. */
export function refuseFuture(asOf: number | undefined, now: number): void {
  if (asOf !== undefined && asOf > now) throw invalid("as_of", "Must not lie in the future.");
}

/** Whether another memory stands for it, as far as who asks at this moment knows. */
export function isBehind(
  memory: Memory,
  { asOf }: Moment,
): memory is Memory & { readonly superseded_by: string } {
  return asOf === undefined && memory.superseded_by !== null;
}

/** Whether this version of a memory was the current one, and was so in the world, at a moment. */
export function holds(memory: Memory, { asOf, validAt }: Moment): boolean {
  if (asOf !== undefined) {
    if (memory.updated_at > asOf) return false;
    if (memory.superseded_at !== null && memory.superseded_at <= asOf) return false;
  } else if (memory.superseded_at !== null) {
    // Since it was found.
    return false;
  }
  if (validAt === undefined) return true;
  return (
    (memory.valid_from === null || memory.valid_from <= validAt) &&
    (memory.valid_to === null || memory.valid_to > validAt)
  );
}

/** When: milliseconds since the epoch. */
export interface Moment {
  /** What was recorded and not superseded then; undefined: now. */
  readonly asOf: number | undefined;
  /** What was so in the world then; undefined: at any time. */
  readonly validAt: number | undefined;
}
