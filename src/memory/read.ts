import { authorize } from "../access/authorize.js";
import { allowsIn } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { memoryNotFound } from "../domain/errors.js";
import type { MemoryRef } from "./ports.js";
import type { MemoryDetail } from "./record.js";
import type { Services } from "./services.js";
import { isAlive } from "./ttl.js";

/** One memory with its interaction, from the primary: it sees every acknowledged write. With `asOf`, as it was then. */
export async function read(
  { store, audit }: Services,
  context: Context,
  ref: MemoryRef,
  asOf?: number,
): Promise<MemoryDetail> {
  await authorize(audit, context, ref.namespace, { verb: "read", act: "read" });
  const memory = await store.get(trailOf(context, "read", { ids: [ref.id] }), ref, asOf);
  if (memory === undefined || !isAlive(memory, context.now())) throw memoryNotFound();
  const { grants } = context.actor;
  const publications = memory.publications.filter(({ namespace }) => allowsIn(grants, "read", namespace));
  return { ...memory, publications };
}
