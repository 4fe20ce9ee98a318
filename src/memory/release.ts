import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { memoryNotFound } from "../domain/errors.js";
import type { Judged } from "./judge.js";
import { judge } from "./judge.js";
import type { MemoryRef } from "./ports.js";
import type { Services } from "./services.js";

/** Lets a published copy out of its namespace's quarantine; one that isn't in it stays as it is. */
export async function release(services: Services, context: Context, ref: MemoryRef): Promise<Judged> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "publish", act: "release" });
  // The answer is the whole memory.
  await authorize(audit, context, ref.namespace, { verb: "read", act: "release" });
  const memory = await store.release(trailOf(context, "release", { ids: [ref.id] }), ref);
  if (memory === undefined) throw memoryNotFound();
  return judge(services, memory, context.now());
}
