import type { Context } from "./context.js";

export interface PruneOptions {
  /** The number of newest checkpoints to keep in each namespace. */
  readonly keepLast: number;
}

/** Removes old checkpoints of a thread and returns their number. `lua/prune.lua` says what stays, and why. */
export async function prune(
  { run, keys }: Context,
  threadId: string,
  { keepLast }: PruneOptions,
): Promise<number> {
  if (!Number.isSafeInteger(keepLast) || keepLast < 1) {
    throw new RangeError(`keepLast must be a whole number from 1, not ${keepLast}.`);
  }
  return Number(await run("prune", keys.thread(threadId), [keepLast]));
}
