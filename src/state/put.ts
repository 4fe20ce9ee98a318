import { authorize, mayLearn } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import type { JsonValue } from "../domain/json.js";
import type { StateDocument, StateRef } from "./document.js";
import { jsonText } from "./json-text.js";
import type { Precondition } from "../domain/precondition.js";
import type { AskedTtl } from "./ports.js";
import { stateConflict, ttlTooLong } from "./refusals.js";
import type { StateServices } from "./services.js";
import { writeTreated } from "./treat-values.js";
import type { PiiCounts } from "../pii/kinds.js";

export interface PutInput {
  readonly value: JsonValue;
  /** Seconds; null: no expiry; undefined: the namespace's default. Never beyond the namespace's maximum. */
  readonly ttl_seconds?: AskedTtl;
  readonly sliding?: boolean | undefined;
}

export interface PutOutcome {
  readonly created: boolean;
  /** Undefined: the caller may not read, so it gets no versions. */
  readonly document: StateDocument | undefined;
  /** Personal data that the write found; undefined: the namespace doesn't look for any in state. */
  readonly pii: PiiCounts | undefined;
}

/** Writes a document as it is given, if the precondition holds; one takes a caller that may read. */
export async function putState(
  services: StateServices,
  context: Context,
  ref: StateRef,
  input: PutInput,
  precondition: Precondition,
): Promise<PutOutcome> {
  const { store, audit } = services;
  const sent = jsonText("value", input.value);
  await authorize(audit, context, ref.namespace, {
    verbs: precondition === "any" ? ["write"] : ["write", "read"],
    act: "state.put",
  });
  const { value, outcome, counts } = await writeTreated(
    services,
    ref.namespace,
    { value: input.value },
    async ({ parts, counts: pii }, settings) => {
      const treated = parts.value === input.value ? sent : jsonText("value", parts.value);
      const trail = trailOf(context, "state.put", { ids: [ref.key], settings });
      const stored = await store.put(trail, {
        ref,
        value: treated,
        ttl: input.ttl_seconds,
        sliding: input.sliding === true,
        precondition,
        operation: context.operation,
      });
      return { value: treated, outcome: stored, counts: pii };
    },
  );
  if (outcome.kind === "conflict") throw stateConflict();
  if (outcome.kind === "ttl_too_long") throw ttlTooLong(outcome);
  const document = { ...outcome.facts, json: value.json };
  return {
    created: outcome.kind === "created",
    document: mayLearn(context, ref.namespace) ? document : undefined,
    pii: counts,
  };
}
