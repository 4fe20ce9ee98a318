import { authorize } from "../../access/authorize.js";
import type { Context } from "../../domain/context.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { judgeAll } from "../trust/judge.js";
import type { Memory, Source } from "../model/record.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { RecordStore } from "../ports/records.js";

/** A source as a caller names it. */
export interface SourceRef extends Source {
  readonly namespace: string;
}

/**
 * The lowest trust among a memory's sources now; null if there are none. Throws if a source is missing, or the caller
 * may not read it.
 */
export async function sourceTrust(
  services: Using<RecordStore, "audit" | "accuracies">,
  context: Context,
  namespace: string,
  sources: readonly SourceRef[],
): Promise<number | null | DomainError> {
  if (sources.length === 0) return null;
  const elsewhere = sources.findIndex((source) => source.namespace !== namespace);
  if (elsewhere >= 0) {
    return invalid(`derived_from[${elsewhere}].namespace`, "Must be the memory's own namespace.");
  }
  try {
    await authorize(services.audit, context, namespace, { verb: "read", act: "remember" });
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  const found = await services.store.peekVersions(namespace, sources);
  const now = context.now();
  const missing = found.findIndex((memory) => memory === undefined || !isAlive(memory, now));
  if (missing >= 0) {
    return invalid(`derived_from[${missing}]`, "There is no such version of a memory in this namespace.");
  }
  const judged = await judgeAll(
    services,
    found.filter((memory): memory is Memory => memory !== undefined),
    now,
  );
  return Math.min(...judged.map(({ trust }) => trust.trust));
}
