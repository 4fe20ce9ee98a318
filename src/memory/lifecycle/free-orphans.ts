import { trailOf } from "../../access/trail.js";
import { SYSTEM_ACTOR } from "../../domain/context.js";
import type { Memory } from "../model/record.js";
import type { Using } from "../services.js";
import type { LifecycleStore } from "../ports/lifecycle.js";

/**
 * Restores those of the memories, of one namespace or several, whose superseding memory has ended. No sweeper looks for
 * orphans, so readers restore those that they find. Returns whether there were any.
 */
export async function freeOrphans(
  { store }: Using<Pick<LifecycleStore, "freeOrphans">>,
  requestId: string,
  memories: readonly Memory[],
): Promise<boolean> {
  const byNamespace = new Map<string, Set<string>>();
  for (const { namespace, id, superseded_by } of memories) {
    if (superseded_by === null) continue;
    byNamespace.set(namespace, (byNamespace.get(namespace) ?? new Set()).add(id));
  }
  const trail = { actor: SYSTEM_ACTOR, requestId };
  const freed = await Promise.all(
    [...byNamespace].map(([namespace, ids]) =>
      store.freeOrphans(trailOf(trail, "reinstate", { ids: [...ids] }), namespace, [...ids]),
    ),
  );
  return freed.some((count) => count > 0);
}
