import { authorize, mayLearn } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { memoryNotFound, versionConflict } from "../../domain/errors.js";
import { erase, unlessNothing } from "../erasure/erase.js";
import type { Erased } from "../erasure/erase.js";
import type { MemoryRef } from "../model/ref.js";
import type { Services } from "../services.js";
import type { Erasing } from "../erasure/erasing.js";
import { tellCopies } from "../publish/tell-copies.js";

/** What happens to memories derived from the deleted one. */
export type DerivedPolicy = "erase" | "keep";

export interface RemoveOptions {
  /** Undefined: any version. */
  readonly expectedVersion: number | undefined;
  readonly derived: DerivedPolicy;
}

/**
 * Deletes a memory for good, with its vectors and versions. Memories derived from it are removed, or remade from their
 * other sources; undefined: there were none. With `expectedVersion`, deletes only that version; that takes a caller
 * that may read. A write-only caller learns neither what was there nor what went with it.
 */
export async function remove(
  services: Erasing & Pick<Services, "audit">,
  context: Context,
  ref: MemoryRef,
  { expectedVersion, derived }: RemoveOptions,
): Promise<Erased | undefined> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, {
    verbs: expectedVersion === undefined ? ["write"] : ["write", "read"],
    act: "delete",
  });
  const { kind, noted } = await store.remove(trailOf(context, "delete", { ids: [ref.id] }), ref, {
    version: expectedVersion,
    derived: derived === "erase",
  });
  if (kind === "conflict") throw versionConflict();
  if (kind === "published") await tellCopies(services, context, ref);
  // Even if it is gone already: this may be the retry of a removal that got no further.
  await store.detachContext(ref, context.now());
  const mayHear = mayLearn(context, ref.namespace);
  if (kind === "missing" && mayHear) throw memoryNotFound();
  if (!noted) return undefined;
  const erased = unlessNothing(await erase(services, context, ref.namespace));
  return mayHear ? erased : undefined;
}
