import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { itemNotFound, versionConflict } from "../domain/errors.js";
import type { Erased } from "./erasure/erase.js";
import { erase, unlessNothing } from "./erasure/erase.js";
import type { ItemRef } from "./ports.js";
import type { RemoveOptions } from "./remove.js";
import type { Services } from "./services.js";
import { tellCopies } from "./tell-copies.js";

/** Removes a memory by its key, as `remove` does by its id. */
export async function removeItem(
  services: Services,
  context: Context,
  ref: ItemRef,
  { expectedVersion, derived }: RemoveOptions,
): Promise<Erased | undefined> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "write", act: "item.delete" });
  const { kind, id, noted } = await store.removeItem(trailOf(context, "item.delete"), ref, {
    version: expectedVersion,
    derived: derived === "erase",
  });
  if (kind === "conflict") throw versionConflict();
  if (kind === "missing") throw itemNotFound();
  if (kind === "published") await tellCopies(services, context, { namespace: ref.namespace, id });
  return noted ? unlessNothing(await erase(services, context, ref.namespace)) : undefined;
}
