import { covers } from "../../src/access/grants.js";
import type { Scope } from "../../src/access/grants.js";
import type { Keys } from "../../src/redis/keys.js";
import type { Nodes } from "../../src/redis/connection/nodes.js";

/**
 * All trails there are, by their keys: also one that is on no list of namespaces, and a head whose trail is gone.
 * Of a scope, those of its namespaces.
 */
export async function findTrails(nodes: Nodes, keys: Keys, scope: Scope | undefined): Promise<string[]> {
  if (scope !== undefined && !scope.below) return [scope.root];
  const trails = new Set<string>();
  for (const { client } of await nodes.every()) {
    for (const prefix of [keys.allAudits(), keys.allAuditHeads()]) {
      for await (const batch of client.scanIterator({ MATCH: `${prefix}{*}`, COUNT: 1000 })) {
        for (const key of batch) trails.add(key.slice(prefix.length + 1, -1));
      }
    }
  }
  return [...trails]
    .filter((trail) => scope === undefined || covers(scope, { root: trail, below: false }))
    .toSorted();
}
