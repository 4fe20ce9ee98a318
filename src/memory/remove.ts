import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { memoryNotFound, versionConflict } from "../domain/errors.js";
import type { MemoryRef } from "./ports.js";
import type { Services } from "./services.js";
import { tellCopies } from "./tell-copies.js";

/** Deletes a memory for good, with its vectors. With `expectedVersion`, only that version. */
export async function remove(
  services: Services,
  context: Context,
  ref: MemoryRef,
  expectedVersion: number | undefined,
): Promise<void> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "write", act: "delete" });
  const outcome = await store.remove(trailOf(context, "delete", { ids: [ref.id] }), ref, {
    version: expectedVersion,
  });
  if (outcome === "conflict") throw versionConflict();
  if (outcome === "published") await tellCopies(services, context, ref);
  // Also where it is gone already: this may be the retry of a removal that got no further.
  await store.detachContext(ref, context.now());
  if (outcome === "missing") throw memoryNotFound();
}
