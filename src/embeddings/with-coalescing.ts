import { createBatcher } from "./batcher.js";
import type { Embedder } from "./embedder.js";
import { createLimit } from "./limit.js";

export interface CoalescingOptions {
  readonly windowMs?: number | undefined;
  readonly maxBatch?: number | undefined;
  /** Most calls for passages at a time. Queries aren't limited: they must not wait for an ingest. */
  readonly maxConcurrency?: number | undefined;
  /** Whether a query's vector is its passage's, as with OpenAI; only then can queries share a call. */
  readonly queriesArePassages?: boolean | undefined;
}

/**
 * Merges calls that come within a few milliseconds into one call to the provider. Queries and passages are
 * never in one batch, so a query doesn't wait for an ingest. A caller's abort, or a text that is refused, is
 * felt by that caller alone. A vector may be shared by several results: treat it as read-only.
 */
export function withCoalescing(
  embedder: Embedder,
  { windowMs = 3, maxBatch = 64, maxConcurrency = 4, queriesArePassages = false }: CoalescingOptions = {},
): Embedder {
  const limited = createLimit(maxConcurrency);
  const passages = createBatcher({
    windowMs,
    maxBatch,
    embed: (texts, signal) => limited(() => embedder.embedPassages(texts, signal)),
  });
  const queries = queriesArePassages
    ? createBatcher({ windowMs, maxBatch, embed: embedder.embedPassages })
    : createBatcher({
        windowMs: 0,
        maxBatch: 1,
        embed: async ([text = ""], signal) => [await embedder.embedQuery(text, signal)],
      });

  return {
    ...embedder,
    embedPassages: (texts, signal, scope) =>
      Promise.all(texts.map((text) => passages.add(text, signal, scope))),
    embedQuery: (text, signal, scope) => queries.add(text, signal, scope),
    async close() {
      // Texts that still wait are sent, so that the closed provider rejects them; else they would wait forever.
      const closed = embedder.close();
      passages.flush();
      queries.flush();
      await closed;
    },
  };
}
