import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/**
 * The values at a JSON path of each memory, as Redis writes them; undefined for a missing memory. One command a
 * namespace, because a namespace is a slot of its own; all in one round trip.
 */
export async function jsonOf(
  { redis, keys }: StoreDeps,
  refs: readonly MemoryRef[],
  path: string,
): Promise<readonly (string | undefined)[]> {
  const groups = new Map<string, { readonly place: number; readonly key: string }[]>();
  for (const [place, { namespace, id, version }] of refs.entries()) {
    const group = groups.get(namespace) ?? [];
    groups.set(namespace, group);
    group.push({
      place,
      key: version === undefined ? keys.record(namespace, id) : keys.old(namespace, id, version),
    });
  }
  const found: (string | undefined)[] = refs.map(() => undefined);
  await redis.run((client) =>
    Promise.all(
      [...groups.values()].map(async (group) => {
        const wanted = group.map(({ key }) => key);
        const replies = arrayOf(await client.sendCommand(["JSON.MGET", ...wanted, path]), "JSON.MGET");
        for (const [index, { place }] of group.entries()) {
          const reply = replies[index];
          found[place] = typeof reply === "string" ? reply : undefined;
        }
      }),
    ),
  );
  return found;
}
