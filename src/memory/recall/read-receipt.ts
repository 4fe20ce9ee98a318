import { allows, scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { AuditVerb, Trail } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { judge } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import { namedBy } from "../ports/receipts.js";
import type { Receipt, ReceiptHit } from "../ports/receipts.js";
import type { Memory } from "../model/record.js";
import type { Using } from "../services.js";
import type { RecordStore } from "../ports/records.js";

export interface KnownHit extends ReceiptHit {
  /** The version at recall time; null if it has been deleted, or has expired, since. */
  readonly memory: Judged | null;
}

export interface ReadReceipt {
  readonly receipt: Receipt;
  readonly hits: readonly KnownHit[];
}

/**
 * A receipt, with the memories in the versions that were known then. Only for a caller that may read all that the
 * recall asked for (the key that made a pattern's recall needn't), and all that it found. To others the receipt looks
 * absent.
 */
export async function readReceipt(
  services: Using<RecordStore, "receipts" | "audit" | "accuracies">,
  context: Context,
  id: string,
  act: AuditVerb = "receipt.read",
): Promise<ReadReceipt> {
  const receipt = await services.receipts.get(id, (found) => mayReadReceipt(context, found));
  if (receipt === undefined) throw receiptNotFound();
  const { namespaces, as_of } = receipt.request;
  const named = namespaces.filter((name) => !scopeOf(name).below);
  const trail = trailOf(context, act, { other: receipt.id });
  const memories = await load(services, trail, named, receipt.hits);
  if (named.length === 0 && receipt.hits.length === 0) await services.audit.system(trail, "ok");
  const at = as_of ?? receipt.at;
  const hits = await Promise.all(
    receipt.hits.map(async (hit, index) => {
      const memory = memories[index];
      return { ...hit, memory: memory === undefined ? null : await judge(services, memory, at) };
    }),
  );
  return { receipt, hits };
}

/** The exact versions of the hits, current or old. */
async function load(
  { store }: Using<RecordStore>,
  trail: Trail,
  named: readonly string[],
  hits: readonly ReceiptHit[],
): Promise<(Memory | undefined)[]> {
  const refs = hits.map(({ namespace, id }) => ({ namespace, id }));
  const current = await store.load(trail, named, refs, undefined);
  return Promise.all(
    hits.map(async ({ namespace, id, version }, index) => {
      const memory = current[index];
      if (memory === undefined || memory.version === version) return memory;
      const [old] = await store.peekVersions(namespace, [{ id, version }]);
      return old;
    }),
  );
}

/** A pattern covers other namespaces for other callers. A key may read its own receipt if it may read the hits. */
export function mayReadReceipt({ actor }: Context, { key_id, request, hits }: Receipt): boolean {
  const own = key_id !== null && key_id === actor.keyId;
  const asked = own ? request.namespaces.filter((name) => !scopeOf(name).below) : request.namespaces;
  const names = new Set([...asked, ...namedBy(hits).map(({ namespace }) => namespace)]);
  return [...names].every((name) => allows(actor.grants, "read", scopeOf(name)));
}

function receiptNotFound(): DomainError {
  return new DomainError("not_found", "There is no such receipt among those that you may read.");
}
