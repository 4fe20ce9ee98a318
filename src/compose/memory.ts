import { tokenCounter } from "../domain/tokens.js";
import { createAccuracies } from "../memory/trust/agents.js";
import { MEASURED_SIMILARITY, startCorroborationWorker } from "../memory/trust/corroborate.js";
import { idleWorker, startEmbeddingWorker } from "../memory/embedding/embedding-worker.js";
import { createKnownDefaults } from "../memory/lifecycle/known-defaults.js";
import { createIds } from "../memory/model/ids.js";
import type { Archive } from "../memory/ports/archive.js";
import type { CorroborationWorker } from "../memory/ports/trust.js";
import type { Services } from "../memory/services.js";
import { createPace } from "../memory/recall/pace.js";
import { createPiiVault } from "../pii/vault.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

const DAY_S = 24 * 3600;

/** What the acts on memories work with. The workers among it are at work from here on. */
export function startMemory(
  base: Base,
  archive: Archive,
): {
  readonly services: Services;
  readonly corroboration: CorroborationWorker;
} {
  const { config, metrics, stores, embedders } = base;
  const corroboration = startCorroboration(base);
  const model = () => embedders.active()?.model.id;
  const services: Services = {
    store: stores.memories,
    entities: stores.entities,
    audit: stores.audit,
    agents: stores.agents,
    accuracies: createAccuracies(stores.agents),
    receipts: stores.receipts,
    erasures: stores.erasures,
    archive,
    countTokens: tokenCounter,
    pace: createPace(),
    // A verb takes it once, so what it embeds is of one model.
    get embedder() {
      return embedders.active();
    },
    calibrate: embedders.calibrate,
    reranker: base.reranking?.reranker,
    worker: startEmbedding(base),
    get corroboration() {
      const id = model();
      return id === undefined || similarityOf(base, id) === undefined ? undefined : corroboration;
    },
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
  return { services, corroboration };
}

function startEmbedding({ stores, embedders, now, ...base }: Base): Services["worker"] {
  if (embedders.configured.length === 0) return idleWorker;
  return startEmbeddingWorker({
    store: stores.memories,
    embedder: embedders.active,
    locks: stores.locks,
    now,
    onError: reporter(base, "embedding"),
  });
}

function startCorroboration(base: Base): CorroborationWorker {
  const { stores, embedders, now } = base;
  return startCorroborationWorker({
    store: stores.memories,
    model: () => embedders.active()?.model.id,
    similarityOf: (model) => similarityOf(base, model),
    now,
    onError: reporter(base, "trust"),
  });
}

/** From which two memories may say the same; undefined: not known of the model. What is configured is of the first one. */
function similarityOf({ config, embedders }: Pick<Base, "config" | "embedders">, model: string) {
  const own = model === embedders.configured[0] ? config.corroborationSimilarity : undefined;
  return own ?? MEASURED_SIMILARITY[model];
}
