import { authorize } from "../access/authorize.js";
import { allowsIn } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { memoryNotFound } from "../domain/errors.js";
import type { Expiry } from "./decay.js";
import { explainExpiry } from "./decay.js";
import type { MemoryRef } from "./ports.js";
import type { MemoryDetail } from "./record.js";
import type { Services } from "./services.js";
import { isAlive } from "./ttl.js";

/** A memory with why it ends when it does; undefined as of the past. */
export interface ReadMemory extends MemoryDetail {
  readonly expiry?: Expiry | undefined;
}

/** One memory with its interaction, from the primary: it sees every acknowledged write. With `asOf`, as it was then. */
export async function read(
  { store, audit, maxLives }: Services,
  context: Context,
  ref: MemoryRef,
  asOf?: number,
): Promise<ReadMemory> {
  await authorize(audit, context, ref.namespace, { verb: "read", act: "read" });
  const memory = await store.get(trailOf(context, "read", { ids: [ref.id] }), ref, asOf);
  if (memory === undefined || !isAlive(memory, context.now())) throw memoryNotFound();
  const { grants } = context.actor;
  const publications = memory.publications.filter(({ namespace }) => allowsIn(grants, "read", namespace));
  const expiry = memory.uses === undefined ? undefined : explainExpiry(memory, memory.uses, maxLives);
  return { ...memory, publications, expiry };
}
