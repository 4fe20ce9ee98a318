import type { MemoryRef } from "../../memory/ports.js";
import type { Memory, MemoryDetail } from "../../memory/record.js";
import { decodeDetail, decodeMemory } from "../codec.js";
import type { StoreDeps } from "./deps.js";

export async function get({ redis, keys }: StoreDeps, ref: MemoryRef): Promise<MemoryDetail | undefined> {
  const key = keys.record(ref.namespace, ref.id);
  const reply = await redis.run((client) => client.sendCommand(["JSON.GET", key, "$.memory", "$.raw"]));
  return typeof reply === "string" ? decodeDetail(reply) : undefined;
}

/** One JSON.MGET a namespace, because a namespace is a slot of its own; all in one round trip. */
export async function getMany(
  { redis, keys }: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly (Memory | undefined)[]> {
  const groups = new Map<string, { place: number; key: string }[]>();
  for (const [place, { namespace, id }] of refs.entries()) {
    const group = groups.get(namespace) ?? [];
    groups.set(namespace, group);
    group.push({ place, key: keys.record(namespace, id) });
  }
  const found: (Memory | undefined)[] = refs.map(() => undefined);
  await redis.run((client) =>
    Promise.all(
      [...groups.values()].map(async (group) => {
        const replies = await client.sendCommand(["JSON.MGET", ...group.map(({ key }) => key), "$.memory"]);
        if (!Array.isArray(replies)) return;
        for (const [index, reply] of replies.entries()) {
          const place = group[index]?.place;
          // A record that was deleted or has expired since it was found is left out, not an error.
          if (place !== undefined && typeof reply === "string") found[place] = decodeMemory(reply);
        }
      }),
    ),
  );
  return found;
}
