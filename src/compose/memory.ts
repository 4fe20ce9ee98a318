import { createCalibrate } from "../embeddings/calibration.js";
import { tokenCounter } from "../domain/tokens.js";
import { createAccuracies } from "../memory/trust/agents.js";
import { MEASURED_SIMILARITY, startCorroborationWorker } from "../memory/trust/corroborate.js";
import { idleWorker, startEmbeddingWorker } from "../memory/embedding/embedding-worker.js";
import { createKnownDefaults } from "../memory/lifecycle/known-defaults.js";
import { createIds } from "../memory/model/ids.js";
import type { Services } from "../memory/services.js";
import { createPiiVault } from "../pii/vault.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

const DAY_S = 24 * 3600;

/** What the acts on memories work with. The workers among it are at work from here on. */
export function startMemory(base: Base): Services {
  const { config, metrics, stores, embedder } = base;
  return {
    store: stores.memories,
    entities: stores.entities,
    audit: stores.audit,
    agents: stores.agents,
    accuracies: createAccuracies(stores.agents),
    receipts: stores.receipts,
    erasures: stores.erasures,
    countTokens: tokenCounter,
    embedder,
    calibrate: createCalibrate(embedder, base.now),
    worker: startEmbedding(base),
    corroboration: startCorroboration(base),
    knownDefaults: createKnownDefaults(stores.memories),
    vault: createPiiVault(stores.pii, config.piiSecret),
    defaultTtl: config.defaultTtl,
    retention: {
      receiptSeconds: (config.receiptRetentionDays ?? 0) * DAY_S,
      auditSeconds: config.auditRetentionDays * DAY_S,
      stateHistorySeconds: config.stateHistorySeconds,
      versionSeconds: config.versionRetentionMs === undefined ? undefined : config.versionRetentionMs / 1000,
    },
    maxLives: config.maxLives,
    recency: config.recency,
    forgotten: metrics.forgotten,
    observe: metrics.recallStage,
    newId: createIds(),
  };
}

function startEmbedding(base: Base): Services["worker"] {
  const { stores, embedder, now } = base;
  if (embedder === undefined) return idleWorker;
  return startEmbeddingWorker({
    store: stores.memories,
    embedder,
    locks: stores.locks,
    now,
    onError: reporter(base, "embedding"),
  });
}

function startCorroboration(base: Base): Services["corroboration"] {
  const { stores, embedder, now } = base;
  const similarity = similarityOf(base);
  if (embedder === undefined || similarity === undefined) return undefined;
  return startCorroborationWorker({
    store: stores.memories,
    similarity,
    now,
    onError: reporter(base, "trust"),
  });
}

/** From which two memories may say the same; undefined: not known of the model in use. */
function similarityOf({ config, embedder }: Pick<Base, "config" | "embedder">): number | undefined {
  return config.corroborationSimilarity ?? MEASURED_SIMILARITY[embedder?.model.id ?? ""];
}
