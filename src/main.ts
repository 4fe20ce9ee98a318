import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createKeyCache } from "./access/keys/cache.js";
import { startArchive } from "./compose/archive.js";
import { describeAccess, mayBeOpen } from "./compose/access.js";
import type { Base } from "./compose/base.js";
import { connect } from "./compose/connect.js";
import { composeApp } from "./compose/http.js";
import { startConsolidation } from "./compose/consolidation.js";
import { watchHazards } from "./compose/hazards.js";
import { startErasures } from "./compose/erasures.js";
import { createIndexes } from "./compose/indexes.js";
import { openLog } from "./compose/log.js";
import { startMemory } from "./compose/memory.js";
import { isUpgraded, startUpgrade } from "./compose/migrations.js";
import { createModels } from "./compose/models.js";
import { startModelMigration } from "./compose/model-migration.js";
import { createRedis } from "./compose/redis.js";
import { createServer, listen } from "./compose/server.js";
import { startSessions } from "./compose/sessions.js";
import { runUntilSignal } from "./compose/shell.js";
import { RELEASE } from "./backup/release.js";
import type { Open } from "./compose/stop.js";
import { stop } from "./compose/stop.js";
import { createStores } from "./compose/stores.js";
import { startSweepers } from "./compose/sweepers.js";
import type { Environment } from "./config.js";
import { loadConfig, shellEnvironment } from "./config.js";
import type { Metrics, Siblings } from "./http/metrics.js";
import { createMetrics } from "./http/metrics.js";
import { settleTracing } from "./llm/tracing.js";
import { createSurveyor } from "./memory/lifecycle/survey.js";
import { publicAddress } from "./redis/connection/address.js";
import { anyHidesNow } from "./redis/connection/search-when-full.js";
import { openTracing } from "./tracing/open-tracing.js";
import { createWatchers } from "./state/watchers.js";

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
  /** Gives up a start that waits for Redis. Once the service runs, `stop` ends it. */
  readonly signal?: AbortSignal;
  /** The other processes on the same port; undefined: there are none. */
  readonly siblings?: Siblings;
  /**
   * For tests: milliseconds between looks for originals of tokens that no text shows, less than a configuration may
   * say. A write that takes longer loses its originals.
   */
  readonly originalsEveryMs?: number;
}

/**
 * Starts the service: config → redis → services → app → serve. Rejects with nothing left open; with a
 * {@link StartError} if the configuration is wrong, Redis can't be reached or lacks search or JSON, or the port is taken.
 */
export async function serve(options: ServeOptions): Promise<RunningService> {
  const parts: { open?: Open } = {};
  try {
    return await start(options, parts);
  } catch (error) {
    if (parts.open !== undefined) await stop(parts.open);
    throw error;
  }
}

/** `parts.open`: what is open so far, once there is any. */
async function start(
  { env, signal, siblings, originalsEveryMs }: ServeOptions,
  parts: { open?: Open },
): Promise<RunningService> {
  const config = loadConfig(env);
  settleTracing(config.tracing);
  const log = openLog(config.logLevel);
  const { logger } = log;

  // What it counts is made of what counts: looked at only when it is scraped.
  const metrics: Metrics = createMetrics({
    redisUp: () => redis.client.isReady,
    redisFault: () => redis.health.current(),
    embedderFault: () => embedders.fault(),
    rerankerFault: () => reranking?.fault(),
    redisHazards: () => hazards.known().map(({ reason }) => reason),
    countMemories: () => stores.memories.countByType(),
    countWatchers: () => watchers.count,
    survey: () => surveyor.latest(),
    siblings,
  });
  const redis = createRedis(config, {
    logger,
    metrics,
    onMissingIndex: () => void indexes.ensure().catch(() => {}),
  });
  const { now } = redis.clock;
  const models = await createModels(config, redis, metrics, logger);
  const { embedders, reranking } = models;
  const indexes = createIndexes(redis, embedders);
  const stores = createStores(config, redis);
  const surveyor = createSurveyor({ store: stores.memories, now, named: config.metricsNamespaces });
  const watchers = createWatchers(config.watch);
  const keyCache = createKeyCache({ store: stores.keys, mayBeOpen: mayBeOpen(config) });
  const hazards = watchHazards(config, redis, logger);
  const connected = await connect(config, { redis, indexes, keyCache, hazards, models, logger, signal });

  const base: Base = { config, logger, metrics, stores, embedders, reranking, now };
  let stopping = false;
  const open: Open = {
    server: undefined,
    watchers,
    workers: [],
    models,
    connections: [
      { close: connected.watch.stop },
      connected.subscriptions,
      connected.durability,
      connected.replicas,
    ],
    client: redis.client,
    tracing: undefined,
    logger,
    announce: () => (stopping = true),
    drainMs: config.drainSeconds * 1000,
  };
  parts.open = open;
  const tracing = config.otel ? await openTracing(RELEASE, logger) : undefined;
  open.tracing = tracing;
  const { archive, archivist, archiveWatch } = await startArchive(base);
  open.workers.push(archivist, embedders.models.watch());
  const { services, corroboration } = startMemory(base, archive);
  open.workers.push(services.worker, corroboration);
  const { sessions, promotions } = startSessions(base, services);
  open.workers.push(promotions);
  const { consolidation, runs } = startConsolidation(base, services);
  open.workers.push(runs);
  const sweepers = startSweepers(
    base,
    services,
    corroboration,
    originalsEveryMs ?? config.piiSweepSeconds * 1000,
  );
  open.workers.push(...sweepers);
  const migrations = startUpgrade(base, redis, indexes);
  open.workers.push(migrations);
  const hides = async () =>
    redis.capabilities.now.hidesWhenFull && (await redis.gateway.run(() => anyHidesNow(redis.gateway.nodes)));
  const complete = async () =>
    (await indexes.filled()) === 1 && (await isUpgraded(migrations)) && !(await hides());
  const { erasures, eraser } = startErasures(base, services, complete);
  open.workers.push(eraser);
  const modelMigration = startModelMigration(base, indexes);
  open.workers.push(modelMigration.worker);
  const app = composeApp(base, {
    stopping: () => stopping,
    redis,
    indexes,
    migrations,
    connected,
    hazards,
    keyCache,
    watchers,
    services,
    sessions,
    consolidation,
    tracing,
    erasures,
    complete,
    embeddingMigrations: modelMigration.services,
    archiveWatch,
  });

  const server = createServer(app, config, () => stopping);
  open.server = server;
  const url = await listen(server, config);
  const door = keyCache.known();
  const access = describeAccess(config, door);
  const anonymous = door === "anyone";
  const embedder = embedders.describe();
  logger.info({ url, embedder, anonymous }, "serving");
  if (access.warning !== undefined) logger.warn(access.warning);
  return {
    url,
    access: access.summary,
    embedder,
    redis: `Redis ${connected.facts.version} at ${publicAddress(config.redis.url)}`,
    async stop() {
      await stop(open);
      log.close();
    },
  };
}

/** Serves as the shell's variables say, until the process is told to end. */
export function serveUntilSignal(options: Pick<ServeOptions, "originalsEveryMs"> = {}): void {
  runUntilSignal((signal) => serve({ ...options, env: shellEnvironment(), signal }));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  serveUntilSignal();
}
