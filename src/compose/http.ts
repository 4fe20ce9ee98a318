import { ulid } from "ulid";
import { createAuthenticator } from "../access/keys/authenticate.js";
import type { KeyCache } from "../access/keys/ports.js";
import { createApp } from "../app.js";
import type { Embedder } from "../embeddings/embedder.js";
import type { Services } from "../memory/services.js";
import type { MigrationServices } from "../memory/migration/services.js";
import type { ConsolidationServices } from "../memory/consolidation/services.js";
import { nextTime } from "../memory/consolidation/execute/schedule.js";
import type { SessionServices } from "../memory/sessions/services.js";
import type { ErasureServices } from "../erasures/services.js";
import { createReadiness } from "../readiness.js";
import { probeWrites } from "../redis/connection/write-probe.js";
import { createStateNews } from "../redis/state/change-notification.js";
import type { Migrations } from "../redis/migrations/run.js";
import { speakPlainly } from "../schema-messages.js";
import type { Watchers } from "../state/watchers.js";
import { RELEASE } from "../backup/release.js";
import type { Tracing } from "../tracing/tracing.js";
import type { PlaceWatch } from "../archive/watch-place.js";
import type { Base } from "./base.js";
import type { Connected } from "./connect.js";
import type { HazardWatch } from "./hazards.js";
import type { Indexes } from "./indexes.js";
import type { Redis } from "./redis.js";

export interface AppParts {
  readonly stopping: () => boolean;
  readonly redis: Redis;
  readonly indexes: Indexes;
  readonly migrations: Pick<Migrations, "progress">;
  readonly connected: Connected;
  readonly hazards: Pick<HazardWatch, "now">;
  readonly keyCache: KeyCache;
  readonly watchers: Watchers;
  readonly services: Services;
  readonly sessions: SessionServices;
  readonly consolidation: ConsolidationServices;
  readonly tracing: Tracing | undefined;
  readonly erasures: ErasureServices;
  /** Whether the indexes hold all that is stored, in its present schema. */
  readonly complete: () => Promise<boolean>;
  readonly embeddingMigrations: MigrationServices;
  readonly archiveWatch: PlaceWatch | undefined;
}

/** A search waits for a remote provider most of its time; the local model and Redis share this machine's cores. */
const searchesWith = (embedder: Embedder | undefined): number =>
  embedder?.model.provider === "openai" ? 64 : 8;

/** The HTTP side, of all that is behind it. */
export function composeApp(
  { config, logger, metrics, stores, embedders, reranking, now }: Base,
  {
    stopping,
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
    embeddingMigrations,
    archiveWatch,
  }: AppParts,
) {
  speakPlainly();
  const { audit } = stores;
  const { subscriptions, durability } = connected;
  const news = createStateNews(subscriptions, redis.keys);
  const namespaces = {
    store: stores.namespaces,
    audit,
    nextTime,
    archives: services.archive.configured,
    changed: (namespace: string) => {
      services.knownDefaults.forget(namespace);
      services.vault.settingsChanged();
    },
  };
  return createApp({
    services,
    sessions,
    consolidation,
    embeddingMigrations,
    auditReader: stores.auditReader,
    access: {
      keys: stores.keys,
      cache: keyCache,
      audit,
      newId: ulid,
      rateLimitPerMinute: config.rateLimitPerMinute,
    },
    namespaces,
    clearing: { memory: services, sessions: stores.sessions, contents: stores.contents },
    threads: { store: stores.threads, audit },
    backups: {
      memory: services,
      sessions: stores.sessions,
      namespaces,
      keys: stores.keys,
      source: stores.exportSource,
      target: stores.importTarget,
      exports: stores.exports,
      imports: stores.imports,
      locks: stores.locks,
      newId: ulid,
      version: RELEASE,
      complete,
    },
    erasures,
    authenticator: createAuthenticator({
      cache: keyCache,
      store: stores.keys,
      audit,
      now,
      onRefused: metrics.unauthenticated,
    }),
    rateLimiter: stores.rateLimiter,
    rateLimitPerMinute: config.rateLimitPerMinute,
    openRequestsPerSecond: config.openRequestsPerSecond,
    load: {
      searches: config.searchesMax ?? searchesWith(embedders.active()),
      queueMs: config.queueMs,
    },
    bodyTimeoutMs: config.bodyTimeoutMs,
    keyRequired: keyCache.required,
    state: {
      store: stores.state,
      audit,
      news,
      watchers,
      vault: services.vault,
      knownDefaults: services.knownDefaults,
    },
    watch: config.watch,
    metrics,
    tracing,
    logger,
    anonymousAnywhere: config.allowAnonymous,
    answers: stores.answers,
    mcp: { toolSet: config.mcpTools },
    publicUrl: config.publicUrl,
    explorer: config.explorer,
    durable: { always: config.durable.always, confirm: durability.confirm },
    readiness: createReadiness({
      writeRedis: () =>
        redis.gateway.run(() => probeWrites(redis.gateway.nodes, redis.keys)).then(redis.health.wrote),
      redisFault: redis.health.current,
      redisHazards: hazards.now,
      embedderFault: embedders.fault,
      rerankerFault: reranking?.fault,
      indexFilled: indexes.filled,
      upgraded: migrations.progress,
      embedder: embedders.active,
      models: {
        known: embedders.models.known,
        read: embedders.models.read,
        configured: embedders.configured,
      },
      archiveFaults: archiveWatch?.faults,
      stopping,
    }),
    now,
  });
}
