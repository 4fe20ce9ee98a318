import type { Kept } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";

/**
 * Streams that grow with each call, of which Redis estimates the bytes of a long one by a few of its entries; and state, by what it
 * counts for.
 */
export async function keptIn({ redis, keys }: StoreDeps, namespace: string): Promise<Kept> {
  const streams = [keys.receipts(namespace), keys.audit(namespace), keys.stateChanges(namespace)];
  const amounts = await redis.run((client) =>
    Promise.all(
      streams.map(async (key) => {
        const [entries, bytes] = await Promise.all([client.xLen(key), client.memoryUsage(key)]);
        return { entries, bytes: bytes ?? 0 };
      }),
    ),
  );
  const [receipts = NONE, audit = NONE, state_changes = NONE] = amounts;
  const [entries, bytes] = await redis.run((client) =>
    Promise.all([client.zCard(keys.stateNames(namespace)), client.hGet(keys.stateHead(namespace), "bytes")]),
  );
  return { receipts, audit, state_changes, state: { entries, bytes: Number(bytes ?? 0) } };
}

const NONE = { entries: 0, bytes: 0 };

export async function redisMemory({ redis }: StoreDeps): Promise<{ used: number; maximum: number }> {
  const infos = await redis.run(async () => {
    const every = await redis.nodes.every();
    return Promise.all(every.map(({ client }) => client.info("memory")));
  });
  const sum = (name: string): number =>
    infos.reduce((total, info) => total + Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0), 0);
  return { used: sum("used_memory"), maximum: sum("maxmemory") };
}
