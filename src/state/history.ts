import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { invalid } from "../domain/errors.js";
import type { StateRef } from "./document.js";
import type { VersionPage } from "./ports.js";
import { stateNotFound } from "./refusals.js";
import type { StateServices } from "./services.js";

/** The versions of a document that were current at some time within history, newest first. */
export async function listHistory(
  { store, audit }: StateServices,
  context: Context,
  ref: StateRef,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<VersionPage> {
  // Nothing is before 0-0, and Redis refuses a range that ends there.
  if (cursor !== undefined && (!/^\d{1,15}-\d{1,15}$/.test(cursor) || /^0+-0+$/.test(cursor))) {
    throw invalid("cursor", "Invalid cursor.");
  }
  await authorize(audit, context, ref.namespace, { verb: "read", act: "state.history" });
  const trail = trailOf(context, "state.history", { ids: [ref.key] });
  const page = await store.history(trail, ref, limit, cursor);
  if (page.versions.length === 0 && cursor === undefined) throw stateNotFound();
  return page;
}
