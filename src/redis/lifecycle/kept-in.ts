import type { Kept } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";

/**
 * Streams that grow with each call, of which Redis estimates the bytes of a long one by a few of its entries; state, by what it
 * counts for; and notes of deletions.
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
  const gone = keys.gone(namespace);
  const [documents, counted, notes, noted] = await redis.run((client) =>
    Promise.all([
      client.zCard(keys.stateNames(namespace)),
      client.hGet(keys.stateHead(namespace), "bytes"),
      client.zCard(gone),
      client.memoryUsage(gone),
    ]),
  );
  const state = { entries: documents, bytes: Number(counted ?? 0) };
  return { receipts, audit, state_changes, state, deletions: { entries: notes, bytes: noted ?? 0 } };
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
