import { createBreaker } from "../domain/breaker.js";
import type { BreakerOptions, Failing } from "../domain/breaker.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "./embedder.js";
import type { Embedder } from "./embedder.js";

/** Pauses calls to a provider that is away; then one call, or `ready`, tries it. See `createBreaker`. */
export function withBreaker(embedder: Embedder, options: BreakerOptions = {}): Embedder {
  const breaker = createBreaker(
    judge,
    () => new EmbeddingUnavailable("the embedding provider failed repeatedly; calls to it are paused"),
    options,
  );
  return {
    ...embedder,
    embedPassages: (texts, signal) => breaker.guard(() => embedder.embedPassages(texts, signal)),
    embedQuery: (text, signal) => breaker.guard(() => embedder.embedQuery(text, signal)),
    // A closed breaker lets the provider speak for itself; being polled must not open it.
    ready: (signal) =>
      breaker.closed ? embedder.ready(signal) : breaker.guard(() => embedder.ready(signal)),
  };
}

function judge(error: unknown): Failing {
  if (error instanceof EmbeddingUnavailable) return error.fault === "timed_out" ? "hung" : "failed";
  return error instanceof EmbeddingRefused ? "well" : "unknown";
}
