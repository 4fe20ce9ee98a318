import { describe, expect, test } from "vitest";

import { EmbeddingRefused, EmbeddingUnavailable } from "../../src/embeddings/embedder.js";
import { withBreaker } from "../../src/embeddings/with-breaker.js";
import { fakeEmbedder, fakeVector } from "../support/embeddings/fakes.js";

function breaker() {
  const inner = fakeEmbedder();
  const clock = { ms: 0 };
  return { inner, clock, embedder: withBreaker(inner, { failures: 3, openMs: 1_000, now: () => clock.ms }) };
}

async function failTimes(embedder: ReturnType<typeof breaker>["embedder"], times: number): Promise<void> {
  for (let i = 0; i < times; i++) await expect(embedder.embedQuery("q")).rejects.toThrow();
}

describe("withBreaker", () => {
  test("stops calling after failures in a row, and tries again later", async () => {
    const { inner, clock, embedder } = breaker();
    inner.embedQuery.mockRejectedValue(new EmbeddingUnavailable("away"));
    await failTimes(embedder, 5);
    expect(inner.embedQuery).toHaveBeenCalledTimes(3);
    await expect(embedder.ready()).rejects.toBeInstanceOf(EmbeddingUnavailable);
    clock.ms = 1_000;
    await failTimes(embedder, 2);
    expect(inner.embedQuery).toHaveBeenCalledTimes(4);
    clock.ms = 2_000;
    inner.embedQuery.mockImplementation(async (text) => fakeVector(text));
    await embedder.embedQuery("q");
    await embedder.embedQuery("q");
    expect(inner.embedQuery).toHaveBeenCalledTimes(6);
  });

  test("lets only one call try", async () => {
    const { inner, clock, embedder } = breaker();
    inner.embedQuery.mockRejectedValue(new EmbeddingUnavailable("away"));
    await failTimes(embedder, 3);
    clock.ms = 1_000;
    await Promise.allSettled([embedder.embedQuery("q"), embedder.embedQuery("q"), embedder.ready()]);
    expect(inner.embedQuery).toHaveBeenCalledTimes(4);
    expect(inner.ready).not.toHaveBeenCalled();
  });

  test("closes when ready succeeds", async () => {
    const { inner, clock, embedder } = breaker();
    inner.embedQuery.mockRejectedValueOnce(new EmbeddingUnavailable("away"));
    inner.embedQuery.mockRejectedValueOnce(new EmbeddingUnavailable("away"));
    inner.embedQuery.mockRejectedValueOnce(new EmbeddingUnavailable("away"));
    await failTimes(embedder, 3);
    clock.ms = 1_000;
    await embedder.ready();
    await embedder.embedQuery("q");
  });

  test("doesn't count refusals and aborts", async () => {
    const { inner, embedder } = breaker();
    inner.embedQuery.mockRejectedValue(new EmbeddingRefused("no"));
    await failTimes(embedder, 5);
    inner.embedQuery.mockRejectedValue(new DOMException("aborted", "AbortError"));
    await failTimes(embedder, 5);
    expect(inner.embedQuery).toHaveBeenCalledTimes(10);
  });
});
