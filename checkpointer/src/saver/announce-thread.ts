import type { Context } from "./context.js";

const MAX_REMEMBERED = 10_000;

/**
 * Puts a thread on the list of threads. That is in another slot, so it can't be part of the script that stores a
 * checkpoint; every process that writes to a thread does it once, so that one which dies in between leaves no gap
 * for long. The list is best effort: a checkpoint that is stored stays stored whether or not this works.
 */
export async function announceThread(
  { send, keys, announced }: Context,
  threadId: string,
  isNew: boolean,
): Promise<void> {
  if (!isNew && announced.has(threadId)) return;
  const key = keys.threads();
  // The score is the thread's start: it doesn't move while a reader pages through the list.
  const score = String(Date.now());
  const add = isNew ? ["ZADD", key] : ["ZADD", key, "NX"];
  try {
    await send("put", key, [...add, score, encodeMember(threadId)]);
  } catch {
    return;
  }
  if (announced.size >= MAX_REMEMBERED) announced.clear();
  announced.add(threadId);
}

/** UTF-8 has no halves of surrogate pairs, JSON writes them as escapes. */
export const encodeMember = (threadId: string): string => JSON.stringify(threadId);

export function decodeMember(member: string): string {
  const threadId: unknown = JSON.parse(member);
  if (typeof threadId !== "string") throw new Error(`Not a thread: ${member}`);
  return threadId;
}
