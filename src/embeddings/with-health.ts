import { EmbeddingRefused, EmbeddingUnavailable } from "./embedder.js";
import type { Embedder } from "./embedder.js";

/** Called with the outcome of the inner embedder's own answers: undefined if it works, else its error. */
export type HealthListener = (error: EmbeddingUnavailable | undefined) => void;

/** Beneath cache and breaker: what these answer says nothing of the embedder. */
export function withHealth(embedder: Embedder, tell: HealthListener): Embedder {
  async function told<T>(call: Promise<T>): Promise<T> {
    try {
      const result = await call;
      tell(undefined);
      return result;
    } catch (error) {
      // One that refuses a text is well.
      if (error instanceof EmbeddingRefused) tell(undefined);
      if (error instanceof EmbeddingUnavailable && error.fault !== undefined) tell(error);
      throw error;
    }
  }
  return {
    ...embedder,
    embedPassages: (texts, signal, scope) => told(embedder.embedPassages(texts, signal, scope)),
    embedQuery: (text, signal, scope) => told(embedder.embedQuery(text, signal, scope)),
    ready: (signal) => told(embedder.ready(signal)),
  };
}
