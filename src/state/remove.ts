import { authorize, mayLearn } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import type { StateRef } from "./document.js";
import type { Precondition } from "../domain/precondition.js";
import { stateConflict, stateNotFound } from "./refusals.js";
import type { StateServices } from "./services.js";

/** Deletes a document, if the precondition holds. Its history stays for its time. */
export async function removeState(
  { store, audit }: StateServices,
  context: Context,
  ref: StateRef,
  precondition: Precondition,
): Promise<void> {
  // The outcome of a condition reveals what is there.
  await authorize(audit, context, ref.namespace, {
    verbs: precondition === "any" ? ["write"] : ["write", "read"],
    act: "state.delete",
  });
  const trail = trailOf(context, "state.delete", { ids: [ref.key] });
  const outcome = await store.remove(trail, { ref, precondition });
  if (outcome === "conflict") throw stateConflict();
  if (outcome === "missing" && mayLearn(context, ref.namespace)) throw stateNotFound();
}
