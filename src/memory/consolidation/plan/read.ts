import { authorize } from "../../../access/authorize.js";
import { trailOf } from "../../../access/trail.js";
import type { Context } from "../../../domain/context.js";
import { DomainError } from "../../../domain/errors.js";
import type { Action, Run } from "../run.js";
import type { ConsolidationServices } from "../services.js";

export interface RunPage {
  readonly run: Run;
  readonly actions: readonly Action[];
  /** Where the next page begins; undefined at the end of the plan so far. */
  readonly next: number | undefined;
}

/** A run with its plan, from action `from` (counted from 0). Takes `read`. */
export async function readConsolidation(
  { store, memory }: ConsolidationServices,
  context: Context,
  namespace: string,
  id: string,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<RunPage> {
  await authorize(memory.audit, context, namespace, { verb: "read", act: "consolidation.read" });
  const trail = trailOf(context, "consolidation.read");
  const found = await store.read(trail, namespace, id, from, limit);
  if (found === undefined) throw runNotFound();
  const next = from + found.actions.length;
  return { ...found, next: found.actions.length < limit || next >= found.run.planned ? undefined : next };
}

/** The latest runs, the newest first. Takes `read`. */
export async function listConsolidations(
  { store, memory }: ConsolidationServices,
  context: Context,
  namespace: string,
  limit: number,
): Promise<readonly Run[]> {
  await authorize(memory.audit, context, namespace, { verb: "read", act: "consolidation.list" });
  return store.list(trailOf(context, "consolidation.list"), namespace, limit);
}

export function runNotFound(): DomainError {
  return new DomainError("not_found", "There is no such run in this namespace.");
}
