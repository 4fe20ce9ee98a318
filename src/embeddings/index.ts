import type { Embedder, EmbeddingCache } from "./embedder.js";
import { createLocalEmbedder } from "./local/local-embedder.js";
import type { LocalEmbedderOptions } from "./local/local-embedder.js";
import { createOpenAIEmbedder } from "./openai/openai-embedder.js";
import type { OpenAIEmbedderOptions } from "./openai/openai-embedder.js";
import { withBreaker } from "./with-breaker.js";
import { withCache } from "./with-cache.js";
import { withCoalescing } from "./with-coalescing.js";
import { withHealth } from "./with-health.js";
import type { HealthListener } from "./with-health.js";

export * from "./embedder.js";
export { createLocalEmbedder, createOpenAIEmbedder, withBreaker, withCache, withCoalescing };

interface Shared {
  readonly cache?: EmbeddingCache | undefined;
  readonly onCacheError?: ((error: unknown) => void) | undefined;
  /** Called with answers of the model or the provider, not of the cache. */
  readonly onHealth?: HealthListener | undefined;
}

export type EmbeddingOptions =
  | { readonly provider: "none" }
  | (Shared & LocalEmbedderOptions & { readonly provider: "local" })
  | (Shared & OpenAIEmbedderOptions & { readonly provider: "openai" });

/**
 * The configured embedder with what belongs around it; `undefined` for `none`. A hit in the cache comes
 * first, so it neither waits for company nor for a provider that is down.
 */
export function createEmbedder(options: EmbeddingOptions): Embedder | undefined {
  if (options.provider === "none") return undefined;
  const { onHealth = () => {} } = options;
  const embedder =
    options.provider === "local"
      ? withHealth(createLocalEmbedder(options), onHealth)
      : createRemote(options, onHealth);
  if (options.cache === undefined) return embedder;
  return withCache(embedder, options.cache, { onError: options.onCacheError });
}

/** The breaker is inside: a call merged of many counts as one failure. */
function createRemote(options: OpenAIEmbedderOptions, onHealth: HealthListener): Embedder {
  return withCoalescing(withBreaker(withHealth(createOpenAIEmbedder(options), onHealth)), {
    queriesArePassages: true,
    maxBatch: options.batchSize,
    maxConcurrency: options.maxConcurrency,
  });
}
