import { authorize } from "../../../access/authorize.js";
import { trailOf } from "../../../access/trail.js";
import type { Context } from "../../../domain/context.js";
import { DomainError } from "../../../domain/errors.js";
import type { RunOptions } from "../run.js";
import type { ConsolidationServices } from "../services.js";

/**
 * Requests the consolidation of a namespace, or a plan of it. The first free process does the work after the answer.
 * Returns the run's id. Takes `write` and `read`.
 */
export async function beginConsolidation(
  { store, memory }: ConsolidationServices,
  context: Context,
  namespace: string,
  options: RunOptions,
): Promise<string> {
  const { audit } = memory;
  await authorize(audit, context, namespace, { verbs: ["write", "read"], act: "consolidate" });
  const id = memory.newId(context.now());
  const begun = await store.begin(trailOf(context, "consolidate", { ids: [id] }), {
    namespace,
    id,
    options,
    trigger: "request",
    agent: context.actor.agent,
  });
  if (begun.kind === "begun") return begun.id;
  if (begun.kind === "busy") throw busy(begun.id);
  throw new Error(`a run that can't begin: ${begun.kind}`);
}

/** A guess: a run takes from a second to minutes. */
const RETRY_AFTER_SECONDS = 5;

export function busy(id: string): DomainError {
  return new DomainError(
    "consolidation_busy",
    `The run ${id} is in progress in this namespace. Wait until it is finished.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
