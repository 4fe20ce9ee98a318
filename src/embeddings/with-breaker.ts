import { EmbeddingRefused, EmbeddingUnavailable } from "./embedder.js";
import type { Embedder } from "./embedder.js";

export interface BreakerOptions {
  /** Calls that must fail in a row before the breaker opens. */
  readonly failures?: number | undefined;
  /** How long it stays open before one call is let through, in milliseconds. */
  readonly openMs?: number | undefined;
  /** Milliseconds of a clock that doesn't go back. */
  readonly now?: (() => number) | undefined;
}

/**
 * After several EmbeddingUnavailable in a row, or a single time-out, rejects at once for a while, so that a call doesn't
 * spend a time-out to learn what the last one learnt. Then one call, or `ready`, tries the provider.
 */
export function withBreaker(
  embedder: Embedder,
  { failures = 3, openMs = 5_000, now = () => performance.now() }: BreakerOptions = {},
): Embedder {
  let failed = 0;
  let openUntil = Number.NEGATIVE_INFINITY;
  let probing = false;

  async function guard<T>(call: () => Promise<T>): Promise<T> {
    const isProbe = failed >= failures;
    if (isProbe) {
      if (probing || now() < openUntil) {
        throw new EmbeddingUnavailable("the embedding provider failed repeatedly; calls to it are paused");
      }
      probing = true;
    }
    try {
      const result = await call();
      failed = 0;
      return result;
    } catch (error) {
      if (error instanceof EmbeddingUnavailable) {
        // Each call to one that hangs costs a time-out: one is enough to know.
        failed = error.fault === "timed_out" ? Math.max(failed + 1, failures) : failed + 1;
        openUntil = now() + openMs;
      } else if (error instanceof EmbeddingRefused) failed = 0;
      throw error;
    } finally {
      if (isProbe) probing = false;
    }
  }

  return {
    ...embedder,
    embedPassages: (texts, signal) => guard(() => embedder.embedPassages(texts, signal)),
    embedQuery: (text, signal) => guard(() => embedder.embedQuery(text, signal)),
    // A closed breaker lets the provider speak for itself; being polled must not open it.
    ready: (signal) => (failed < failures ? embedder.ready(signal) : guard(() => embedder.ready(signal))),
  };
}
