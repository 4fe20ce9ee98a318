import type { Context } from "../domain/context.js";
import { guard, threadNotFound } from "./guard.js";
import type { CheckpointQuery, StoredCheckpoint, ThreadRef, ThreadServices } from "./ports.js";

/** A page of a thread's checkpoints, by descending id: those of the root graph, or of one of its subgraphs' calls. */
export async function listCheckpoints(
  services: ThreadServices,
  context: Context,
  ref: ThreadRef,
  query: CheckpointQuery,
): Promise<readonly StoredCheckpoint[]> {
  const record = await guard(services, context, ref.namespace, "read", "thread.read", [ref.id]);
  const [thread, checkpoints] = await Promise.all([
    services.store.describe(ref),
    services.store.checkpoints(ref, query),
  ]);
  await record(thread === undefined ? "missing" : "ok");
  if (thread === undefined) throw threadNotFound();
  return checkpoints;
}
