import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { memoryNotFound, versionConflict } from "../../domain/errors.js";
import type { MemoryRef } from "../model/ref.js";
import type { Using } from "../services.js";
import type { RecordStore } from "../ports/records.js";
import type { PublicationStore } from "../ports/publications.js";

const ATTEMPTS = 16;

/** Takes a published copy back. The copy goes first: a retry finds the rest to do. */
export async function unpublish(
  { store, audit }: Using<RecordStore & PublicationStore, "audit">,
  context: Context,
  ref: MemoryRef,
  from: string,
): Promise<void> {
  await authorize(audit, context, ref.namespace, { verb: "read", act: "unpublish" });
  await authorize(audit, context, from, { verb: "publish", act: "unpublish" });
  const copyRef = { namespace: from, id: ref.id };
  const trail = trailOf(context, "unpublish", { ids: [ref.id], other: ref.namespace });
  let removed = false;
  for (let attempt = 0; !removed; attempt++) {
    const copy = await store.peek(copyRef);
    if (copy?.origin?.namespace !== ref.namespace) break;
    if (attempt === ATTEMPTS) throw versionConflict();
    const { kind: outcome } = await store.remove(trail, copyRef, { version: copy.version });
    removed = outcome === "removed" || outcome === "published";
  }
  const noted = await store.noteUnpublished({ ...trail, other: from }, ref, from);
  if (!removed && noted !== "noted") throw memoryNotFound();
}
