import { authorize } from "../../../access/authorize.js";
import { trailOf } from "../../../access/trail.js";
import type { Context } from "../../../domain/context.js";
import { DomainError } from "../../../domain/errors.js";
import { busy } from "./begin.js";
import { runNotFound } from "../plan/read.js";
import type { ConsolidationServices } from "../services.js";

/** Has a finished run taken back, after the answer. Takes `write` and `read`. */
export async function undoConsolidation(
  { store, memory }: ConsolidationServices,
  context: Context,
  namespace: string,
  id: string,
): Promise<void> {
  const { audit } = memory;
  await authorize(audit, context, namespace, { verbs: ["write", "read"], act: "consolidation.undo" });
  const begun = await store.beginUndo(trailOf(context, "consolidation.undo"), namespace, id);
  if (begun.kind === "missing") throw runNotFound();
  if (begun.kind === "busy") throw busy(begun.id);
  if (begun.kind === "unfit") {
    throw new DomainError("consolidation_unfit", `A run that is ${begun.status} can't be undone.`);
  }
}
