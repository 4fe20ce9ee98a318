import type { Vitals } from "../../memory/ports/lifecycle.js";
import { decodeUses, decodeVitals } from "../codec/decode.js";
import type { StoreDeps } from "../deps.js";

export async function vitals(
  { redis, keys }: StoreDeps,
  namespace: string,
  ids: readonly string[],
): Promise<readonly (Vitals | undefined)[]> {
  if (ids.length === 0) return [];
  const found = await redis.run((client) =>
    client.readVitals([keys.uses(namespace), ...ids.map((id) => keys.record(namespace, id))], ids),
  );
  return ids.map((id, index) => {
    const json = found[2 * index];
    return json === undefined
      ? undefined
      : { id, ...decodeVitals(json), uses: decodeUses(found[2 * index + 1]) };
  });
}
