import { authorize, mayLearn } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { itemNotFound, versionConflict } from "../../domain/errors.js";
import { erase, unlessNothing } from "../erasure/erase.js";
import type { Erased } from "../erasure/erase.js";
import type { ItemRef } from "../model/ref.js";
import type { RemoveOptions } from "../revise/remove.js";
import type { Services } from "../services.js";
import type { Erasing } from "../erasure/erasing.js";
import { tellCopies } from "../publish/tell-copies.js";

/** Removes a memory by its key, as `remove` does by its id. */
export async function removeItem(
  services: Erasing & Pick<Services, "audit">,
  context: Context,
  ref: ItemRef,
  { expectedVersion, derived }: RemoveOptions,
): Promise<Erased | undefined> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, {
    verbs: expectedVersion === undefined ? ["write"] : ["write", "read"],
    act: "item.delete",
  });
  const { kind, id, noted } = await store.removeItem(trailOf(context, "item.delete"), ref, {
    version: expectedVersion,
    derived: derived === "erase",
  });
  if (kind === "conflict") throw versionConflict();
  if (kind === "missing" && mayLearn(context, ref.namespace)) throw itemNotFound();
  if (kind === "published") await tellCopies(services, context, { namespace: ref.namespace, id });
  if (!noted) return undefined;
  const erased = unlessNothing(await erase(services, context, ref.namespace));
  return mayLearn(context, ref.namespace) ? erased : undefined;
}
