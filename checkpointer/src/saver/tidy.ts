import type { Context } from "./context.js";
import { prune } from "./prune.js";

/** Called after each checkpoint of a thread that was stored. */
export type Tidy = (context: Context, threadId: string) => Promise<void>;

const MAX_REMEMBERED = 10_000;

/**
 * Prunes a thread with the first checkpoint that this process stores in it, so that short-lived processes do too, and
 * then once it has grown by half of what is kept. A checkpoint that is stored stays stored whether or not this works;
 * what is left is pruned the next time.
 */
export function createTidy(keepLast: number): Tidy {
  const every = Math.ceil(keepLast / 2);
  const stored = new Map<string, number>();
  return async (context, threadId) => {
    const before = stored.get(threadId) ?? 0;
    if (stored.size >= MAX_REMEMBERED) stored.clear();
    stored.set(threadId, before + 1);
    if (before % every !== 0) return;
    await prune(context, threadId, { keepLast }).catch(() => {});
  };
}
