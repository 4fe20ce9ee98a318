import type { Context } from "../domain/context.js";
import { guard, threadNotFound } from "./guard.js";
import type { StoredCheckpoint, Thread, ThreadRef, ThreadServices } from "./ports.js";

export interface ThreadDetail {
  readonly thread: Thread;
  /** The root graph's newest; undefined where only subgraphs have any. */
  readonly latest: StoredCheckpoint | undefined;
}

/** One thread, with what its graph knows now. */
export async function readThread(
  services: ThreadServices,
  context: Context,
  ref: ThreadRef,
): Promise<ThreadDetail> {
  const record = await guard(services, context, ref.namespace, "read", "thread.read", [ref.id]);
  const query = { checkpointNamespace: "", before: undefined, limit: 1 };
  const [thread, [latest]] = await Promise.all([
    services.store.describe(ref),
    services.store.checkpoints(ref, query),
  ]);
  await record(thread === undefined ? "missing" : "ok");
  if (thread === undefined) throw threadNotFound();
  return { thread, latest };
}
