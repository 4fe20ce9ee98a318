import type { Situation } from "../../memory/ports/search.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** One command a namespace, because a namespace is a slot of its own; all in one round trip. */
export async function situationsOf(
  { redis, keys }: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly (Situation | undefined)[]> {
  const groups = new Map<string, { readonly place: number; readonly key: string }[]>();
  for (const [place, { namespace, id, version }] of refs.entries()) {
    const group = groups.get(namespace) ?? [];
    groups.set(namespace, group);
    group.push({
      place,
      key: version === undefined ? keys.record(namespace, id) : keys.old(namespace, id, version),
    });
  }
  const situations: (Situation | undefined)[] = refs.map(() => undefined);
  await redis.run((client) =>
    Promise.all(
      [...groups.values()].map(async (group) => {
        const wanted = group.map(({ key }) => key);
        const replies = arrayOf(await client.sendCommand(["JSON.MGET", ...wanted, PATH]), "JSON.MGET");
        for (const [index, { place }] of group.entries()) {
          const reply = replies[index];
          situations[place] = typeof reply === "string" ? situationIn(reply) : undefined;
        }
      }),
    ),
  );
  return situations;
}

const PATH = "$.memory['timestamp','session_id']";

/** Both in one array, in any order; a memory without a session has a null there. */
function situationIn(reply: string): Situation | undefined {
  const values: unknown = JSON.parse(reply);
  if (!Array.isArray(values)) return undefined;
  const time: unknown = values.find((value) => typeof value === "number");
  const session: unknown = values.find((value) => typeof value === "string");
  return typeof time !== "number"
    ? undefined
    : { time, session: typeof session === "string" ? session : undefined };
}
