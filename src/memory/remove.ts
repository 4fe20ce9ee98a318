import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError, memoryNotFound } from "../domain/errors.js";
import type { MemoryRef } from "./ports.js";
import type { Services } from "./services.js";

/** Deletes a memory for good, with its vectors. With `expectedVersion`, only that version. */
export async function remove(
  { store, audit }: Services,
  context: Context,
  ref: MemoryRef,
  expectedVersion: number | undefined,
): Promise<void> {
  await authorize(audit, context, ref.namespace, { verb: "write", act: "delete" });
  const outcome = await store.remove(trailOf(context, "delete", { ids: [ref.id] }), ref, expectedVersion);
  if (outcome === "conflict") throw versionConflict();
  // Also where it is gone already: this may be the retry of a removal that got no further.
  await store.detachContext(ref, context.now());
  if (outcome === "missing") throw memoryNotFound();
}

export function versionConflict(): DomainError {
  return new DomainError(
    "version_conflict",
    "The memory has another version by now: read it again, then decide.",
  );
}
