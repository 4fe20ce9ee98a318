import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** Their numbers in their namespace's sequence, as part of a recall; all of one namespace. Undefined: it is missing. */
export async function placesOf(
  { redis, keys }: StoreDeps,
  namespace: string,
  refs: readonly MemoryRef[],
): Promise<readonly (number | undefined)[]> {
  if (refs.length === 0) return [];
  const wanted = refs.map(({ id }) => keys.record(namespace, id));
  const replies = await redis.run((client) => client.sendCommand(["JSON.MGET", ...wanted, "$.index.seq"]));
  return arrayOf(replies, "JSON.MGET").map((reply) =>
    typeof reply === "string" ? numberIn(reply) : undefined,
  );
}

function numberIn(reply: string): number | undefined {
  const values: unknown = JSON.parse(reply);
  const place: unknown = Array.isArray(values) ? values[0] : undefined;
  return typeof place === "number" ? place : undefined;
}
