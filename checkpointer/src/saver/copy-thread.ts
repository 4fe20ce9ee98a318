import { announceThread } from "./announce-thread.js";
import type { Context } from "./context.js";
import { asBytes, asList } from "./reply.js";

/**
 * Copies all of a thread, with its expiry, to a thread that doesn't exist yet. Each of the two is read and written
 * in one command; they may be in different slots, so a write to the source in between isn't in the copy.
 */
export async function copyThread(context: Context, sourceId: string, targetId: string): Promise<void> {
  const { run, keys } = context;
  const [expiry, ...dumps] = asList(await run("dump", keys.thread(sourceId), []));
  if (dumps.every((dump) => dump === null))
    throw new Error(`There is no thread ${JSON.stringify(sourceId)}.`);
  const done = await run("restore", keys.thread(targetId), [
    Number(expiry) > 0 ? Number(expiry) : 0,
    ...dumps.map((dump) => (dump === null ? "" : asBytes(dump))),
  ]);
  if (done !== 1) throw new Error(`There is already a thread ${JSON.stringify(targetId)}.`);
  await announceThread(context, targetId, true);
}
