import { allows, scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { AuditVerb } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError } from "../domain/errors.js";
import type { Memory } from "./record.js";
import type { Receipt, ReceiptHit } from "./receipt.js";
import type { Services } from "./services.js";

export interface KnownHit extends ReceiptHit {
  /** As it was known; null where it has been deleted, or has expired, since. */
  readonly memory: Memory | null;
}

export interface ReadReceipt {
  readonly receipt: Receipt;
  readonly hits: readonly KnownHit[];
}

/**
 * A receipt, with the memories as they were known then. Only for who may read all that the recall asked for, and all
 * that it found: to others there is no such receipt.
 */
export async function readReceipt(
  services: Services,
  context: Context,
  id: string,
  act: AuditVerb = "receipt.read",
): Promise<ReadReceipt> {
  const receipt = await services.receipts.get(id);
  if (receipt === undefined || !mayRead(context, receipt)) throw receiptNotFound();
  const { namespaces, as_of } = receipt.request;
  const named = namespaces.filter((name) => !scopeOf(name).below);
  const trail = trailOf(context, act, { other: receipt.id });
  // Which of them is the current version by now, the store knows.
  const refs = receipt.hits.map(({ namespace, id: memory }) => ({ namespace, id: memory }));
  const memories = await services.store.load(trail, named, refs, as_of ?? receipt.at);
  if (named.length === 0 && receipt.hits.length === 0) await services.audit.system(trail, "ok");
  const hits = receipt.hits.map((hit, index) => {
    const memory = memories[index];
    // Revised in the very millisecond: what is there now isn't what was known.
    return { ...hit, memory: memory?.version === hit.version ? memory : null };
  });
  return { receipt, hits };
}

function mayRead({ actor }: Context, { request, hits }: Receipt): boolean {
  const names = new Set([...request.namespaces, ...hits.map(({ namespace }) => namespace)]);
  return [...names].every((name) => allows(actor.grants, "read", scopeOf(name)));
}

function receiptNotFound(): DomainError {
  return new DomainError("not_found", "There is no such receipt among those that you may read.");
}
