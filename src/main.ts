import { once } from "node:events";
import { realpathSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { pino } from "pino";
import { ulid } from "ulid";
import { createAuthenticator } from "./access/keys/authenticate.js";
import { createKeyCache } from "./access/keys/cache.js";
import { createApp } from "./app.js";
import type { Config, EmbeddingConfig, Environment } from "./config.js";
import { ConfigError, isLoopback, loadConfig, shellEnvironment } from "./config.js";
import type { Embedder, EmbeddingCache } from "./embeddings/embedder.js";
import { createEmbedder } from "./embeddings/index.js";
import { withObserver } from "./embeddings/observed.js";
import type { Metrics } from "./http/metrics.js";
import { createMetrics } from "./http/metrics.js";
import { tokenCounter } from "./domain/tokens.js";
import { describeError } from "./log.js";
import { createAccuracies } from "./memory/agents.js";
import { idleWorker, startEmbeddingWorker } from "./memory/embedding-worker.js";
import { createIds } from "./memory/ids.js";
import { startPublicationWorker } from "./memory/publication-worker.js";
import { MEASURED_SIMILARITY, startCorroborationWorker } from "./memory/corroborate.js";
import { startTrustWorker } from "./memory/trust-worker.js";
import type { Services } from "./memory/services.js";
import { createSurveyor } from "./memory/survey.js";
import type { SessionServices } from "./memory/sessions/services.js";
import { startPromotionWorker } from "./memory/sessions/promotion-worker.js";
import { createSummarizer } from "./llm/summarizer.js";
import { createReadiness } from "./readiness.js";
import { createAgentRegistry } from "./redis/agents.js";
import { createAuditLog } from "./redis/access/audit-log.js";
import { createAuditReader } from "./redis/access/audit-reader.js";
import { createAuditor } from "./redis/access/auditor.js";
import { createKeyStore } from "./redis/access/key-store.js";
import { createMeter } from "./redis/access/meter.js";
import { createNamespaceStore } from "./redis/access/namespace-store.js";
import { createRateLimiter } from "./redis/access/rate-limiter.js";
import { publicAddress } from "./redis/address.js";
import { createEntityStore } from "./redis/facts/index.js";
import { createGateway, createRedisClient } from "./redis/client.js";
import { createDurability } from "./redis/durability.js";
import { createEmbeddingCache } from "./redis/embedding-cache.js";
import { claimEmbeddingModel } from "./redis/embedding-model.js";
import { createAnswerStore } from "./redis/idempotent-answers.js";
import type { IndexDefinition } from "./redis/indexes.js";
import { ensureIndex, isIndexing, recordIndex, sessionsDueIndex, vectorIndex } from "./redis/indexes.js";
import { createKeys } from "./redis/keys.js";
import { createLocks } from "./redis/locks.js";
import { createMemoryStore } from "./redis/memory/index.js";
import { createSessionStore } from "./redis/sessions/index.js";
import { createStateStore } from "./redis/state/index.js";
import { createStateNews } from "./redis/state/news.js";
import { createReceiptStore } from "./redis/receipts.js";
import { loadScripts } from "./redis/scripts.js";
import type { ServerFacts } from "./redis/server.js";
import { connectTo } from "./redis/server.js";
import { createSubscriptions } from "./redis/subscriptions.js";
import { createThreadStore } from "./redis/threads/index.js";
import { createIndexStatistics } from "./redis/statistics.js";
import type { Watchers } from "./state/watchers.js";
import { createWatchers } from "./state/watchers.js";
import { StartError } from "./start-error.js";

export interface RunningService {
  readonly url: string;
  /** Who may use it, in words for a person. */
  readonly access: string;
  /** What embeds, in words for a person. */
  readonly embedder: string;
  /** Which Redis, in words for a person; no password. */
  readonly redis: string;
  /** Lets requests in flight finish, then lets go of everything. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** The variables that `.env.example` describes. */
  readonly env: Environment;
}

/** Bytes of log that are written together, and how long a line may wait for others. */
const LOG_CHUNK = 12 * 1024;
const LOG_FLUSH_MS = 100;

const KEEP_ALIVE_MS = 65_000;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Starts the service: config → redis → services → app → serve. Rejects with nothing left open; with a
 * {@link StartError} if the configuration is wrong, Redis can't be reached, lacks search or JSON, or holds vectors of
 * another model, or the port is taken.
 */
export async function serve({ env }: ServeOptions): Promise<RunningService> {
  const config = loadConfig(env);
  // Written in the background and many lines at once: each write of its own would be a tenth of a small request.
  const destination = pino.destination({ sync: false, minLength: LOG_CHUNK });
  const flushing = setInterval(() => destination.flush(), LOG_FLUSH_MS);
  flushing.unref();
  const logger = pino({ level: config.logLevel, base: { service: "mneme" } }, destination);
  const keys = createKeys(config.redis.keyPrefix);
  const client = createRedisClient({
    url: config.redis.url,
    onError: (error) => logger.warn({ error: describeError(error) }, "redis connection"),
  });
  const metrics: Metrics = createMetrics({
    redisUp: () => client.isReady,
    countMemories: () => store.countByType(),
    countWatchers: () => watchers.count,
    survey: () => surveyor.latest(),
  });
  const redis = createGateway(client, {
    timeoutMs: config.redis.timeoutMs,
    observe: metrics.redis,
    onMissingIndex: () => {
      auditor.forget();
      void ensureIndexes().catch(() => {});
    },
  });

  const auditor = createAuditor(redis, keys, config.auditRetentionDays * DAY_MS);
  const meter = createMeter(keys, config.quota);
  const cache = createEmbeddingCache(redis, keys, { ttlSeconds: config.embeddingCacheSeconds });
  const provider = configuredEmbedder(config.embedding, cache);
  const embedder = provider === undefined ? undefined : withObserver(provider, metrics.embedding);
  const storeDeps = {
    redis,
    auditor,
    meter,
    keys,
    statistics: createIndexStatistics(redis, keys),
    model: embedder?.model.id,
  };
  const store = createMemoryStore(storeDeps);
  const surveyor = createSurveyor({ store, now: Date.now, named: config.metricsNamespaces });
  const stateStore = createStateStore({
    redis,
    auditor,
    keys,
    historyMs: config.stateHistorySeconds * 1000,
  });
  const watchers = createWatchers(config.watch.max);
  const indexes = indexDefinitions(keys, embedder);

  async function ensureIndexes(): Promise<void> {
    // Each time: whoever flushes this Redis takes the claim with the indexes.
    if (embedder !== undefined) await claimEmbeddingModel(client, keys, embedder.model.id);
    for (const index of indexes) await ensureIndex(client, index);
  }

  const audit = createAuditLog(auditor);
  const agents = createAgentRegistry(redis, auditor, keys);
  const keyStore = createKeyStore(redis, auditor, keys);
  const keyCache = createKeyCache(keyStore);

  let facts: ServerFacts;
  try {
    facts = await connectTo(client, config.redis.url);
    await Promise.all([loadScripts(client), ensureIndexes()]);
    refuseOpenHost(config, await keyCache.requiredNow());
  } catch (error) {
    await embedder?.close();
    if (client.isOpen) client.destroy();
    throw error;
  }
  const subscriptions = await createSubscriptions(client, (error) =>
    logger.warn({ error: describeError(error) }, "redis subscriptions"),
  ).catch(async (error: unknown) => {
    await embedder?.close();
    client.destroy();
    throw error;
  });
  const durability = createDurability(client, keys, {
    timeoutMs: config.durable.timeoutMs,
    onError: (error) => logger.warn({ error: describeError(error) }, "redis durability"),
  });
  await subscriptions.listen(keys.keyNews(), keyCache.forget);
  subscriptions.onRestored(keyCache.forgetAll);
  client.on("ready", () => auditor.forget());
  client.on("ready", () => void Promise.all([loadScripts(client), ensureIndexes()]).catch(() => {}));

  const trustFailed = (error: unknown): void => {
    metrics.workerError("trust");
    logger.error({ error: describeError(error) }, "trust worker");
  };
  const now = Date.now;
  const locks = createLocks(redis, keys);
  const worker =
    embedder === undefined
      ? idleWorker
      : startEmbeddingWorker({
          store,
          embedder,
          locks,
          now,
          onError: (error) => {
            metrics.workerError("embedding");
            logger.error({ error: describeError(error) }, "embedding worker");
          },
        });
  const readiness = createReadiness({
    pingRedis: store.reachable,
    indexComplete: async () => {
      await ensureIndexes();
      const filling = await Promise.all(indexes.map(({ name }) => isIndexing(client, name)));
      return !filling.includes(true);
    },
    embedder,
  });
  const similarity = config.corroborationSimilarity ?? MEASURED_SIMILARITY[embedder?.model.id ?? ""];
  const corroboration =
    embedder === undefined || similarity === undefined
      ? undefined
      : startCorroborationWorker({ store, similarity, now, onError: trustFailed });
  const { receiptRetentionDays } = config;
  const services: Services = {
    store,
    entities: createEntityStore(storeDeps),
    audit,
    agents,
    accuracies: createAccuracies(agents),
    receipts: createReceiptStore(
      redis,
      keys,
      receiptRetentionDays === undefined ? undefined : receiptRetentionDays * 24 * 3600,
    ),
    embedder,
    worker,
    corroboration,
    defaultTtl: config.defaultTtl,
    maxLives: config.maxLives,
    recency: config.recency,
    forgotten: metrics.forgotten,
    observe: metrics.recallStage,
    newId: createIds(),
  };
  const publications = startPublicationWorker({
    services,
    locks,
    now,
    onError: (error) => {
      metrics.workerError("publication");
      logger.error({ error: describeError(error) }, "publication worker");
    },
  });
  const trust = startTrustWorker({ services, corroboration, locks, now, onError: trustFailed });
  const sessionStore = createSessionStore({ redis, auditor, keys, defaults: config.session });
  const promotions = startPromotionWorker({
    store: sessionStore,
    memory: services,
    summarize: config.llm === undefined ? undefined : createSummarizer(config.llm),
    countTokens: tokenCounter,
    locks,
    now,
    onError: (error) => {
      metrics.workerError("promotion");
      logger.error({ error: describeError(error) }, "promotion worker");
    },
  });
  const sessions: SessionServices = {
    store: sessionStore,
    memory: services,
    countTokens: tokenCounter,
    promoteSoon: promotions.promoteSoon,
  };
  const app = createApp({
    services,
    sessions,
    auditReader: createAuditReader(redis, keys),
    access: { keys: keyStore, cache: keyCache, audit, newId: ulid },
    namespaces: { store: createNamespaceStore(auditor, meter, keys), audit },
    threads: { store: createThreadStore(redis, keys), audit },
    authenticator: createAuthenticator({
      cache: keyCache,
      store: keyStore,
      audit,
      now,
      onRefused: metrics.unauthenticated,
    }),
    rateLimiter: createRateLimiter(redis, keys),
    rateLimitPerMinute: config.rateLimitPerMinute,
    keyRequired: keyCache.required,
    state: { store: stateStore, audit, news: createStateNews(subscriptions, keys), watchers },
    watch: config.watch,
    metrics,
    logger,
    anonymousAnywhere: config.allowAnonymous,
    answers: createAnswerStore(redis, keys),
    durable: { always: config.durable.always, confirm: durability.confirm },
    readiness,
    now,
  });

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Longer than clients and proxies keep a connection: who closes first must not be the side that is asked next.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1000;
  const open: Open = {
    server,
    watchers,
    workers: [
      worker,
      publications,
      promotions,
      trust,
      ...(corroboration === undefined ? [] : [corroboration]),
    ],
    embedder,
    connections: [subscriptions, durability],
    client,
    logger,
  };
  const url = await listen(server, config).catch(async (error: unknown) => {
    await stop(open);
    throw error;
  });
  const anonymous = !keyCache.knownRequired();
  logger.info({ url, embedder: embedder?.model.id ?? "none", anonymous }, "serving");
  if (anonymous) logger.warn(`anybody who reaches it may do everything: ${FIRST_KEY} changes that`);
  return {
    url,
    access: anonymous
      ? `anybody, without a key, ${config.allowAnonymous ? "from anywhere" : "from this machine"}`
      : "with an API key",
    embedder:
      embedder === undefined ? "none (keyword only)" : `${embedder.model.id} (${embedder.model.provider})`,
    redis: `Redis ${facts.version} at ${publicAddress(config.redis.url)}`,
    async stop() {
      await stop(open);
      clearInterval(flushing);
      destination.flush();
    },
  };
}

const FIRST_KEY = "`npm run keys -- create --admin --agent NAME`";

/** Without keys, only this machine is served, unless told otherwise by name. */
function refuseOpenHost({ host, allowAnonymous }: Config, keyRequired: boolean): void {
  if (keyRequired || allowAnonymous || isLoopback(host)) return;
  throw new ConfigError(
    `HOST: Without API keys mneme serves only this machine (127.0.0.1, ::1, localhost). Make a key with ${FIRST_KEY}, or set MNEME_ALLOW_ANONYMOUS=1 if whoever reaches this address may read and write everything.`,
  );
}

const MISCONFIGURED = {
  local: "MNEME_MODEL_DIR must name a folder that holds the model; without it, `npm start` fetches one.",
  openai: "MNEME_EMBEDDING_DIMENSIONS says how long the vectors of MNEME_EMBEDDING_MODEL are.",
} as const;

function configuredEmbedder(config: EmbeddingConfig, cache: EmbeddingCache): Embedder | undefined {
  if (config.provider === "none") return undefined;
  try {
    return createEmbedder({ ...config, cache });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`The embedder can't be used: ${reason}. ${MISCONFIGURED[config.provider]}`);
  }
}

function indexDefinitions(
  keys: ReturnType<typeof createKeys>,
  embedder: Embedder | undefined,
): IndexDefinition[] {
  const always = [recordIndex(keys), sessionsDueIndex(keys)];
  return embedder === undefined
    ? always
    : [...always, vectorIndex(keys, embedder.model.id, embedder.model.dimensions)];
}

async function listen(server: Server, { host, port }: Config): Promise<string> {
  server.listen(port, host);
  await once(server, "listening").catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The service can't listen: ${reason}. HOST and PORT choose where it does.`, {
      cause: error,
    });
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
}

interface Open {
  readonly server: Server;
  readonly workers: readonly { stop(): Promise<void> }[];
  readonly watchers: Watchers;
  readonly embedder: Embedder | undefined;
  readonly connections: readonly { close(): void }[];
  readonly client: ReturnType<typeof createRedisClient>;
  readonly logger: Logger;
}

/** How long requests in flight may take to finish before their connections are cut, in milliseconds. */
const DRAIN_MS = 30_000;

/** How long a Redis that hangs may take for its last answers before its connection is cut, in milliseconds. */
const FAREWELL_MS = 2_000;

async function stop({
  server,
  watchers,
  workers,
  embedder,
  connections,
  client,
  logger,
}: Open): Promise<void> {
  logger.info("stopping");
  const closed = once(server, "close");
  server.close();
  // Those who follow changes would never finish by themselves.
  watchers.close();
  // A connection that has had its answer would otherwise stay for the keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(cut);
  clearInterval(idle);
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const connection of connections) connection.close();
  await embedder?.close();
  const forsake = setTimeout(() => client.destroy(), FAREWELL_MS);
  if (client.isReady) await client.close();
  else if (client.isOpen) client.destroy();
  clearTimeout(forsake);
  logger.info("stopped");
}

/** `node dist/src/main.js`: the service alone, with everything from the environment. */
async function runFromShell(): Promise<void> {
  const service = serve({ env: shellEnvironment() });
  // From the first moment on: a signal during the start ends what was started.
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void service
        .then(({ stop: end }) => end())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  }
  await service;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  runFromShell().catch((error: unknown) => {
    const text =
      error instanceof StartError ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  });
}
