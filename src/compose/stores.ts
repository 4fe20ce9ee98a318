import type { Config } from "../config.js";
import { createAgentRegistry } from "../redis/trust/agents.js";
import { createAuditLog } from "../redis/audit/audit-log.js";
import { createAuditReader } from "../redis/audit/audit-reader.js";
import { createKeyStore } from "../redis/api-keys/key-store.js";
import { createMeter } from "../redis/namespaces/usage.js";
import { createNamespaceStore } from "../redis/namespaces/namespace-store.js";
import { createRateLimiter } from "../redis/api-keys/rate-limiter.js";
import { createConsolidationStore } from "../redis/consolidation/index.js";
import { createDeletionStore } from "../redis/erasure/index.js";
import { createLeftovers } from "../redis/erasures/leftovers.js";
import { createErasureStore } from "../redis/erasures/store.js";
import { createEmbeddingStore } from "../redis/embeddings/index.js";
import { createMigrationStore } from "../redis/embeddings/migration-store.js";
import { createEntityStore, createFactStore } from "../redis/facts/index.js";
import { createAnswerStore } from "../redis/idempotency/index.js";
import { createLifecycleStore } from "../redis/lifecycle/index.js";
import { createLocks } from "../redis/locks/index.js";
import { readProgress } from "../redis/migrations/progress.js";
import { createRecordStore } from "../redis/memory/index.js";
import { createRewritingStore } from "../redis/memory/rewrite.js";
import { createNamespaceContents } from "../redis/namespaces/contents.js";
import { createPiiStore } from "../redis/pii/index.js";
import { createPublicationStore } from "../redis/publications/index.js";
import { createReceiptStore } from "../redis/receipts/index.js";
import { createShownTokens } from "../redis/originals/shown-tokens.js";
import { createRetentionStore } from "../redis/retention/index.js";
import { createArchiveStore } from "../redis/archive/index.js";
import { createSearchStore } from "../redis/search/index.js";
import { createSessionStore } from "../redis/sessions/index.js";
import { createStateStore } from "../redis/state/index.js";
import { namesPage } from "../redis/state/names.js";
import { createIndexStatistics } from "../redis/search/statistics.js";
import { createThreadStore } from "../redis/threads/index.js";
import { createTrustStore } from "../redis/trust/index.js";
import { isComplete } from "../backup/export-job.js";
import type { ExportJob } from "../backup/export-job.js";
import type { ImportJob } from "../backup/import-job.js";
import { dropAliases } from "../redis/facts/aliases.js";
import { createJobStore } from "../redis/backup/jobs.js";
import { createExportSource } from "../redis/backup/source.js";
import { createImportTarget } from "../redis/backup/target.js";
import type { StoreDeps } from "../redis/deps.js";
import type { MemoryStore } from "../memory/ports/index.js";
import type { Redis } from "./redis.js";

export type Stores = ReturnType<typeof createStores>;

const DAY_S = 24 * 3600;

/** The ports of the domain, over Redis. */
export function createStores(config: Config, { gateway: redis, auditor, keys, capabilities }: Redis) {
  const meter = createMeter(keys, config.quota, config.versionRetentionMs);
  const statistics = createIndexStatistics(redis, keys);
  const memory = { redis, auditor, meter, keys, statistics };
  const stateDeps = {
    redis,
    auditor,
    keys,
    meter,
    historyMs: config.stateHistorySeconds * 1000,
    quotaBytes: config.quota.bytes,
    capabilities,
  };
  const state = createStateStore(stateDeps);
  const sessions = { redis, auditor, meter, keys, defaults: config.session };
  const formerListed = async () => (await readProgress(redis, keys)).done;
  const receipts = createReceiptStore(redis, keys, formerListed);
  const exportSource = createExportSource({
    ...memory,
    formerListed,
    stateHistoryMs: stateDeps.historyMs,
  });
  return {
    memories: createMemoryStore(memory),
    entities: createEntityStore(memory),
    sessions: createSessionStore(sessions),
    erasures: createDeletionStore(memory, sessions),
    consolidations: createConsolidationStore({
      redis,
      auditor,
      meter,
      keys,
      retentionMs: config.consolidationRetentionDays * DAY_S * 1000,
    }),
    state,
    contents: createNamespaceContents({
      redis,
      auditor,
      keys,
      state,
      statePage: (namespace, place) => namesPage({ redis, keys }, namespace, place),
      dropAliases: (namespace) => dropAliases({ redis, keys }, namespace),
    }),
    modelMigration: createMigrationStore(memory),
    exportSource,
    importTarget: createImportTarget({ ...memory, sessions, state: stateDeps, receipts }),
    exports: createJobStore<ExportJob>(redis, {
      keyOf: keys.exportJob,
      listOf: keys.exportJobsOf,
      keepSeconds: DAY_S,
      hasEnded: isComplete,
    }),
    imports: createJobStore<ImportJob>(redis, {
      keyOf: keys.importJob,
      listOf: keys.importJobsOf,
      keepSeconds: 7 * DAY_S,
      hasEnded: ({ status }) => status !== "running",
    }),
    threads: createThreadStore(redis, keys),
    pii: createPiiStore(redis, auditor, keys),
    shownTokens: createShownTokens({ redis, keys, source: exportSource }),
    receipts,
    erasureJobs: createErasureStore(redis, auditor, keys),
    leftovers: createLeftovers({ redis, keys, auditor, receipts }),
    retention: createRetentionStore(memory),
    answers: createAnswerStore(redis, keys),
    agents: createAgentRegistry(redis, auditor, keys),
    keys: createKeyStore(redis, auditor, keys),
    namespaces: createNamespaceStore(redis, auditor, meter, keys, config.quota),
    audit: createAuditLog(auditor),
    auditReader: createAuditReader(redis, keys),
    rateLimiter: createRateLimiter(redis, keys),
    locks: createLocks(redis, keys),
  };
}

/** Each port in its own folder; an act names those that it uses. */
function createMemoryStore(deps: StoreDeps): MemoryStore {
  return {
    ...createRecordStore(deps),
    ...createSearchStore(deps),
    ...createPublicationStore(deps),
    ...createTrustStore(deps),
    ...createEmbeddingStore(deps),
    ...createLifecycleStore(deps),
    ...createFactStore(deps),
    ...createArchiveStore(deps),
    ...createRewritingStore(deps),
  };
}
