import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** One command a namespace, because a namespace is a slot of its own; all in one round trip. */
export async function timesOf(
  { redis, keys }: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly (number | undefined)[]> {
  const groups = new Map<string, { readonly place: number; readonly key: string }[]>();
  for (const [place, { namespace, id, version }] of refs.entries()) {
    const group = groups.get(namespace) ?? [];
    groups.set(namespace, group);
    group.push({
      place,
      key: version === undefined ? keys.record(namespace, id) : keys.old(namespace, id, version),
    });
  }
  const times: (number | undefined)[] = refs.map(() => undefined);
  await redis.run((client) =>
    Promise.all(
      [...groups.values()].map(async (group) => {
        const wanted = group.map(({ key }) => key);
        const replies = arrayOf(
          await client.sendCommand(["JSON.MGET", ...wanted, "$.memory.timestamp"]),
          "JSON.MGET",
        );
        for (const [index, { place }] of group.entries()) {
          const reply = replies[index];
          // An array of one.
          times[place] = typeof reply === "string" ? Number(reply.slice(1, -1)) : undefined;
        }
      }),
    ),
  );
  return times;
}
