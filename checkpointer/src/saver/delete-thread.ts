import { encodeMember } from "./announce-thread.js";
import type { Context } from "./context.js";

export async function deleteThread(
  { send, keys, known, announced }: Context,
  threadId: string,
): Promise<void> {
  const thread = keys.thread(threadId);
  known.forget(threadId);
  announced.delete(threadId);
  // One command: a reader sees all of the thread or nothing. Off the list last, so that it never lacks what exists.
  await send("deleteThread", thread[0], ["UNLINK", ...thread]);
  await send("deleteThread", keys.threads(), ["ZREM", keys.threads(), encodeMember(threadId)]);
}
