import { mayLearn } from "../access/authorize.js";
import type { Context } from "../domain/context.js";
import { guard, threadNotFound } from "./guard.js";
import type { ThreadRef, ThreadServices } from "./ports.js";

/** Removes a thread with all of its checkpoints. */
export async function removeThread(
  services: ThreadServices,
  context: Context,
  ref: ThreadRef,
): Promise<void> {
  const record = await guard(services, context, ref.namespace, "write", "thread.delete", [ref.id]);
  const thread = await services.store.describe(ref);
  await record(thread === undefined ? "missing" : "removed");
  if (thread === undefined) {
    if (ref.namespace === undefined || mayLearn(context, ref.namespace)) throw threadNotFound();
    return;
  }
  await services.store.remove(ref);
}
