import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { itemNotFound, versionConflict } from "../domain/errors.js";
import type { ItemRef } from "./ports.js";
import type { Services } from "./services.js";
import { tellCopies } from "./tell-copies.js";

/** Removes a memory by its key; with `expectedVersion`, only that version. */
export async function removeItem(
  services: Services,
  context: Context,
  ref: ItemRef,
  expectedVersion: number | undefined,
): Promise<void> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "write", act: "item.delete" });
  const { kind, id } = await store.removeItem(trailOf(context, "item.delete"), ref, expectedVersion);
  if (kind === "conflict") throw versionConflict();
  if (kind === "missing") throw itemNotFound();
  if (kind === "published") await tellCopies(services, context, { namespace: ref.namespace, id });
}
