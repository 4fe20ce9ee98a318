import type { Config, EmbeddingConfig } from "../config.js";
import { ConfigError } from "../config.js";
import type { Embedder } from "../embeddings/embedder.js";
import { createEmbedder, withCache } from "../embeddings/index.js";
import { withObserver } from "../embeddings/observed.js";
import type { HealthListener } from "../embeddings/with-health.js";
import type { Metrics } from "../http/metrics.js";
import { createEmbeddingCache } from "../redis/embeddings/cache.js";
import type { Redis } from "./redis.js";

const MISCONFIGURED = {
  local: "MNEME_MODEL_DIR must name a folder that holds the model; without it, `npm start` fetches one.",
  openai: "MNEME_EMBEDDING_DIMENSIONS must be the number of dimensions of MNEME_EMBEDDING_MODEL.",
} as const;

export interface Embedding {
  readonly embedder: Embedder;
  /** The same, without the cache. */
  readonly bulk: Embedder;
}

/** What embeds; undefined: nothing does. Throws a {@link ConfigError} if it can't be as it is configured. */
export function embedderOf(
  { embeddingCacheSeconds }: Config,
  config: EmbeddingConfig,
  { gateway, keys }: Redis,
  metrics: Pick<Metrics, "embedding">,
  onHealth: HealthListener,
): Embedding | undefined {
  const bulk = providedBy(config, onHealth);
  if (bulk === undefined) return undefined;
  const cache = createEmbeddingCache(gateway, keys, { ttlSeconds: embeddingCacheSeconds });
  return {
    embedder: withObserver(withCache(bulk, cache), metrics.embedding),
    bulk: withObserver(bulk, metrics.embedding),
  };
}

function providedBy(config: EmbeddingConfig, onHealth: HealthListener): Embedder | undefined {
  if (config.provider === "none") return undefined;
  try {
    const embedder = createEmbedder({ ...config, onHealth });
    // A model that can't be loaded is in the log before anyone misses it. A provider isn't asked without a reason.
    if (config.provider === "local") void embedder?.ready().catch(() => {});
    return embedder;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`The embedder can't be used: ${reason}. ${MISCONFIGURED[config.provider]}`);
  }
}
