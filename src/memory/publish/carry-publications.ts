import type { Context } from "../../domain/context.js";
import { carryPublication } from "./carry-publication.js";
import type { Carrying } from "./carry-publication.js";
import type { PendingPublications } from "../ports/publications.js";

/** Brings a memory's state to all of its outdated copies. */
export async function carryPublications(
  services: Carrying,
  context: Context,
  pending: PendingPublications,
): Promise<void> {
  const version = pending.memory?.version ?? Infinity;
  for (const publication of pending.publications) {
    if (publication.version >= version) continue;
    const carried = await carryPublication(services, context, pending, publication);
    const heard = carried === undefined ? undefined : pending.memory?.version;
    await services.store.settlePublication(pending, publication.namespace, heard);
  }
}
