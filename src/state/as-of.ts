import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError, invalid } from "../domain/errors.js";
import type { StateDocument, StateRef } from "./document.js";
import { storedText } from "./json-text.js";
import { readPath } from "./path.js";
import { stateNotFound } from "./refusals.js";
import type { StateServices } from "./services.js";

/**
 * The document as a reader would have seen it at a time (milliseconds since the epoch). With `path`, a second round
 * trip.
 */
export async function getStateAsOf(
  { store, audit }: StateServices,
  context: Context,
  ref: StateRef,
  time: number,
  path: string | undefined,
): Promise<StateDocument> {
  const parsed = path === undefined ? undefined : readPath("path", path);
  await authorize(audit, context, ref.namespace, { verb: "read", act: "state.get" });
  const outcome = await store.asOf(trailOf(context, "state.get", { ids: [ref.key] }), ref, time);
  switch (outcome.kind) {
    case "missing":
      throw stateNotFound();
    case "expired":
      throw new DomainError("history_expired", "This time is older than the history that is kept.");
    case "future":
      throw invalid("as_of", "Must not be in the future.");
    case "found":
  }
  const { document } = outcome;
  if (parsed === undefined) return document;
  const value = storedText(document.json);
  const json = await store.query(ref.namespace, value, parsed);
  return { ...document, json };
}
