import type { Logger } from "pino";
import { TimeoutError } from "redis";
import type { KeyCache } from "../access/keys/ports.js";
import type { Config } from "../config.js";
import { describeError } from "../log.js";
import { createDurability } from "../redis/connection/durability.js";
import { prepareServer } from "../redis/connection/watch-capabilities.js";
import { claimSchemas } from "../redis/migrations/progress.js";
import { patiently } from "../redis/connection/patience.js";
import { prepareOnReturn } from "../redis/connection/prepare.js";
import { asRefusal } from "../redis/connection/refusal.js";
import { loadScripts } from "../redis/scripts/index.js";
import { hidesNow, letSearchesGoOn } from "../redis/connection/search-when-full.js";
import { connectTo } from "../redis/connection/server.js";
import { createSubscriptions } from "../redis/connection/subscriptions.js";
import { watchNodes } from "../redis/connection/cluster/watch-nodes.js";
import type { Nodes } from "../redis/connection/nodes.js";
import type { ConnectionWatch, WatchOptions } from "../redis/connection/watch-connection.js";
import { watchConnection } from "../redis/connection/watch-connection.js";
import { probeWrites } from "../redis/connection/write-probe.js";
import type { HazardWatch } from "./hazards.js";
import type { Indexes } from "./indexes.js";
import type { Redis } from "./redis.js";

/** After a failover that leaves connections open, a new one leads to the new primary as soon as there is one. */
const RENEW_EVERY_MS = 2_000;

/** Redis's clock may be set at any time. */
const CLOCK_EVERY_MS = 1_000;

export interface ConnectOptions {
  readonly redis: Redis;
  readonly indexes: Indexes;
  readonly keyCache: KeyCache;
  readonly hazards: Pick<HazardWatch, "atStart">;
  /** Closed if there is no way to go on. */
  readonly models: { close(): Promise<void> };
  readonly logger: Logger;
  /** Ends a start that waits for Redis. */
  readonly signal: AbortSignal | undefined;
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
    await options.models.close();
    if (options.redis.client.isOpen) options.redis.client.destroy();
    throw asRefusal(config.redis.url, error);
  }
}

async function open(config: Config, { redis, indexes, keyCache, hazards, logger, signal }: ConnectOptions) {
  const { client, gateway, health, keys, auditor, capabilities, clock } = redis;
  const { nodes } = gateway;
  const { url } = config.redis;
  const patience = { note: (line: string) => logger.warn(line), signal };
  const step = <T>(work: () => Promise<T>) => patiently(url, work, { ...patience, known: true });
  const prepare = async () => void (await Promise.all([loadEverywhere(nodes), indexes.ensure()]));
  const warn = (what: string) => (error: unknown) => logger.warn({ error: describeError(error) }, what);

  const facts = await connectTo(client, url, patience, nodes);
  await step(clock.sync);
  await step(capabilities.find);
  await step(hazards.atStart);
  // First of all: what else is written here could look like data of an older store.
  await step(keyCache.requiredNow);
  await step(() => claimSchemas(client, keys));
  await step(prepare);
  nodes.prepareWith({
    async prepare(node) {
      await Promise.all([
        prepareServer(node, keys.jsonProbe),
        loadScripts(node.client, nodes.sentScript),
        indexes.ensureOn(node),
      ]);
    },
    filled: indexes.filledOn,
  });
  const subscriptions = await step(() =>
    createSubscriptions(nodes, warn("the Redis connection for subscriptions failed")),
  );
  const durability = createDurability(nodes, keys, {
    timeoutMs: config.durable.timeoutMs,
    replicas: config.durable.replicas,
    onError: warn("the Redis connection for durability checks failed"),
  });
  try {
    await subscriptions.listen(keys.keyNews(), keyCache.forget);
  } catch (error) {
    subscriptions.close();
    throw error;
  }
  subscriptions.onRestored(keyCache.forgetAll);
  let renewedAt = Number.NEGATIVE_INFINITY;
  client.on("ready", () => auditor.forget());
  client.on("ready", () => void subscriptions.follow().catch(() => {}));
  const prepareAgain = async () => {
    // It may be another server.
    await capabilities.find();
    await prepare();
  };
  client.on("ready", prepareOnReturn(client, prepareAgain, warn("preparing Redis after a reconnect failed")));
  let askedAt = performance.now();
  async function followClock(): Promise<void> {
    if (performance.now() - askedAt < CLOCK_EVERY_MS) return;
    askedAt = performance.now();
    await clock.sync().catch(() => {});
  }
  const watchAll = (options: WatchOptions) =>
    nodes.clustered ? watchNodes(nodes, options) : watchConnection(client, options);
  const watch: ConnectionWatch = watchAll({
    onSilent: () => health.failed(new TimeoutError()),
    async onAnswer() {
      await followClock();
      // While all is well, nothing is written to see that.
      if (health.current() === undefined) return;
      await gateway.run(() => probeWrites(nodes, keys)).then(health.wrote, () => {});
      if (health.current() === "redis_readonly" && performance.now() - renewedAt > RENEW_EVERY_MS) {
        renewedAt = performance.now();
        watch.renew();
      }
    },
  });
  gateway.replicas?.follow({
    // What is set on the primary isn't replicated.
    prepare: async (replica) => capabilities.now.hidesWhenFull && letSearchesGoOn(replica),
    searchable: async (replica) =>
      (await indexes.filledOn(replica)) &&
      !(capabilities.now.hidesWhenFull && (await hidesNow(replica.client))),
    onChange: (count) =>
      count > 0
        ? logger.info({ replicas: count }, "recall searches on replicas")
        : logger.warn("no replica is up to date, so recall searches on the primary"),
  });
  const replicas = { close: () => gateway.replicas?.close() };
  return { facts, watch, subscriptions, durability, replicas };
}

async function loadEverywhere(nodes: Nodes): Promise<void> {
  const every = await nodes.every();
  await Promise.all(every.map(({ client }) => loadScripts(client, nodes.sentScript)));
}
