import type { Context } from "../../domain/context.js";
import { isStoreAway } from "../../domain/store-fault.js";
import { carryPublication } from "./carry-publication.js";
import type { Carrying } from "./carry-publication.js";
import type { PendingPublications } from "../ports/publications.js";

/**
 * Brings a memory's state to all of its outdated copies. A namespace where that fails, such as one whose audit trail is
 * damaged, keeps none of the others from it; then the first failure is thrown in the end. With the store away, it ends at
 * once if the caller has no time for the others.
 */
export async function carryPublications(
  services: Carrying,
  context: Context,
  pending: PendingPublications,
  { hurried }: { readonly hurried: boolean },
): Promise<void> {
  const version = pending.memory?.version ?? Infinity;
  const failures: unknown[] = [];
  for (const publication of pending.publications) {
    if (publication.version >= version) continue;
    try {
      const carried = await carryPublication(services, context, pending, publication);
      const heard = carried === undefined ? undefined : pending.memory?.version;
      await services.store.settlePublication(pending, publication.namespace, heard);
    } catch (error) {
      if (hurried && isStoreAway(error)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
