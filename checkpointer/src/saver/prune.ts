import type { Context } from "./context.js";

export interface PruneOptions {
  /** How many of the newest checkpoints stay in each namespace. */
  readonly keepLast: number;
}

/** Removes old checkpoints of a thread and gives their number. What stays, and why, is told in `lua/prune.lua`. */
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
