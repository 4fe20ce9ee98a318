import type { Logger } from "pino";
import type { KeyCache } from "../access/keys/ports.js";
import type { Config } from "../config.js";
import type { Embedder } from "../embeddings/embedder.js";
import { describeError } from "../log.js";
import { createDurability } from "../redis/durability.js";
import { claimSchemas } from "../redis/migrations/progress.js";
import { loadScripts } from "../redis/scripts.js";
import { connectTo } from "../redis/server.js";
import { createSubscriptions } from "../redis/subscriptions.js";
import type { Indexes } from "./indexes.js";
import { refuseOpenHost } from "./open-host.js";
import type { Redis } from "./redis.js";

export interface ConnectOptions {
  readonly redis: Redis;
  readonly indexes: Indexes;
  readonly keyCache: KeyCache;
  /** Closed if there is no way to go on. */
  readonly embedder: Embedder | undefined;
  readonly logger: Logger;
}

export type Connected = Awaited<ReturnType<typeof open>>;

/**
 * Connects to Redis, and sees to it that all is there that is needed, now and whenever it comes back. Rejects with
 * nothing left open.
 */
export async function connect(config: Config, options: ConnectOptions): Promise<Connected> {
  try {
    return await open(config, options);
  } catch (error) {
    await options.embedder?.close();
    if (options.redis.client.isOpen) options.redis.client.destroy();
    throw error;
  }
}

async function open(config: Config, { redis, indexes, keyCache, logger }: ConnectOptions) {
  const { client, keys, auditor } = redis;
  const prepare = () => Promise.all([loadScripts(client), indexes.ensure()]);
  const facts = await connectTo(client, config.redis.url);
  await claimSchemas(client, keys);
  await prepare();
  refuseOpenHost(config, await keyCache.requiredNow());

  const subscriptions = await createSubscriptions(client, (error) =>
    logger.warn({ error: describeError(error) }, "redis subscriptions"),
  );
  const durability = createDurability(client, keys, {
    timeoutMs: config.durable.timeoutMs,
    onError: (error) => logger.warn({ error: describeError(error) }, "redis durability"),
  });
  await subscriptions.listen(keys.keyNews(), keyCache.forget);
  subscriptions.onRestored(keyCache.forgetAll);
  client.on("ready", () => auditor.forget());
  client.on("ready", () => void prepare().catch(() => {}));
  return { facts, subscriptions, durability };
}
