import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import type { StateDocument, StateRef } from "./document.js";
import { readPath } from "./path.js";
import { stateNotFound } from "./refusals.js";
import type { StateServices } from "./services.js";

/** A document from the primary: it sees every acknowledged write. With `path`, the value is the array of its matches. */
export async function getState(
  { store, audit }: StateServices,
  context: Context,
  ref: StateRef,
  path: string | undefined,
): Promise<StateDocument> {
  const parsed = path === undefined ? undefined : readPath("path", path);
  await authorize(audit, context, ref.namespace, { verb: "read", act: "state.get" });
  const outcome = await store.get(trailOf(context, "state.get", { ids: [ref.key] }), ref, parsed);
  if (outcome.kind === "missing") throw stateNotFound();
  return outcome.document;
}
