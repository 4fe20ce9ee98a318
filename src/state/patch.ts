import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { invalid } from "../domain/errors.js";
import type { JsonValue } from "../domain/json.js";
import { LIMITS } from "../domain/limits.js";
import type { StateDocument, StateRef } from "./document.js";
import { inexactArray, jsonText } from "./json-text.js";
import type { Precondition } from "../domain/precondition.js";
import type { AskedTtl } from "./ports.js";
import { stateConflict, stateNotFound, ttlTooLong } from "./refusals.js";
import type { StateServices } from "./services.js";
import { writeTreated } from "./treat-values.js";
import type { PiiCounts } from "../pii/kinds.js";

export interface PatchInput {
  readonly patch: JsonValue;
  /** Undefined: it ends when it would have ended. */
  readonly ttl_seconds?: AskedTtl;
}

/** Applies a JSON merge patch (RFC 7396) to a document that is there. */
export async function patchState(
  services: StateServices,
  context: Context,
  ref: StateRef,
  { patch, ttl_seconds }: PatchInput,
  precondition: Precondition,
): Promise<{ readonly document: StateDocument; readonly pii: PiiCounts | undefined }> {
  const { store, audit } = services;
  const sent = jsonText("body", patch, { merged: true });
  // The answer shows the whole document, also what the caller didn't write.
  await authorize(audit, context, ref.namespace, { verbs: ["read", "write"], act: "state.patch" });
  const { outcome, counts } = await writeTreated(
    services,
    ref.namespace,
    { body: patch },
    async ({ parts, counts: pii }, settings) => ({
      counts: pii,
      outcome: await store.patch(trailOf(context, "state.patch", { ids: [ref.key], settings }), {
        ref,
        patch: parts.body === patch ? sent : jsonText("body", parts.body, { merged: true }),
        ttl: ttl_seconds,
        precondition,
      }),
    }),
  );
  switch (outcome.kind) {
    case "patched":
      return { document: outcome.document, pii: counts };
    case "missing":
      throw stateNotFound();
    case "conflict":
      throw stateConflict();
    case "ttl_too_long":
      throw ttlTooLong(outcome);
    case "inexact":
      throw inexactArray("body");
    case "too_large":
      throw invalid("body", `The value must not exceed ${LIMITS.stateBytes} bytes of JSON after the change.`);
  }
}
