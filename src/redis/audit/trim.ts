import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { arrayOf, text } from "../scripts/replies.js";

const PAGE = 500;

/**
 * Shortens the trails of namespaces that set how long entries are kept. An act does so too, but not in a namespace where
 * there are none any more. All other trails end by themselves.
 */
export async function trimTrails(redis: RedisGateway, keys: Keys, stopping: AbortSignal): Promise<void> {
  for (const list of [keys.namespaces(), keys.readNamespaces()]) {
    for (let from = "-"; !stopping.aborted;) {
      const page = await redis.run((client) =>
        client.zRange(list, from, "+", { BY: "LEX", LIMIT: { offset: 0, count: PAGE } }),
      );
      await redis.run((client) =>
        Promise.all(
          page.map(async (namespace) => {
            const seconds = await client.hGet(keys.settings(namespace), "retention_audit_seconds");
            if (seconds === null) return;
            const trail = [keys.audit(namespace), keys.auditHead(namespace)];
            await client.trimTrail(trail, [String(Number(seconds) * 1000)]);
          }),
        ),
      );
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      from = `(${last}`;
    }
  }
}

/** Redis's clock, by which the entries of streams are numbered; milliseconds. */
export async function redisTime(redis: RedisGateway): Promise<number> {
  const [seconds, microseconds] = arrayOf(await redis.run((client) => client.sendCommand(["TIME"]))).map(
    text,
  );
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
