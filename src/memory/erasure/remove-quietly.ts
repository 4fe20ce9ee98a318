import { trailOf } from "../../access/trail.js";
import type { AuditVerb } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { MemoryRef } from "../model/ref.js";
import type { RemoveOnly } from "../ports/records.js";
import type { Carrying } from "../publish/carry-publication.js";
import { tellCopies } from "../publish/tell-copies.js";

/** Deletes a version of a memory as part of another act, with what a deletion brings; `conflict`: it was changed. */
export async function removeQuietly(
  services: Carrying,
  context: Context,
  ref: MemoryRef,
  only: RemoveOnly & { readonly version: number },
  act: AuditVerb,
  /** The id of what it was derived from, where it goes for that. */
  source?: string,
): Promise<"removed" | "missing" | "conflict"> {
  const { store } = services;
  const trail = trailOf(context, act, { ids: [ref.id], ...(source === undefined ? {} : { other: source }) });
  const { kind: outcome } = await store.remove(trail, ref, only);
  if (outcome === "published") await tellCopies(services, context, ref);
  if (outcome !== "conflict") await store.detachContext(ref, context.now());
  return outcome === "published" ? "removed" : outcome;
}
