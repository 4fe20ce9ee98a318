import { describe, expect, test, vi } from "vitest";

import { EmbeddingRefused, EmbeddingUnavailable } from "../../src/embeddings/embedder.js";
import { withCoalescing } from "../../src/embeddings/with-coalescing.js";
import { fakeEmbedder, fakeVector } from "../support/embeddings/fakes.js";

const batchesOf = (inner: ReturnType<typeof fakeEmbedder>): (readonly string[])[] =>
  inner.embedPassages.mock.calls.map(([texts]) => texts);

describe("withCoalescing", () => {
  test("merges concurrent calls, and never queries with passages", async () => {
    const inner = fakeEmbedder();
    const embedder = withCoalescing(inner, { queriesArePassages: true });
    const [ab, c, query] = await Promise.all([
      embedder.embedPassages(["a", "b"]),
      embedder.embedPassages(["c", "a"]),
      embedder.embedQuery("q"),
    ]);
    expect([...ab, ...c, query]).toEqual(["a", "b", "c", "a", "q"].map(fakeVector));
    expect(batchesOf(inner)).toEqual([["a", "b", "c"], ["q"]]);
  });

  test("sends a text that is in flight once", async () => {
    const inner = fakeEmbedder();
    inner.embedQuery.mockImplementation(async (text) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return fakeVector(text);
    });
    const embedder = withCoalescing(inner);
    const first = embedder.embedQuery("q");
    await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([first, embedder.embedQuery("q")]);
    expect(inner.embedQuery).toHaveBeenCalledTimes(1);
  });

  test("sends full batches at once and limits how many run", async () => {
    const inner = fakeEmbedder();
    let running = 0;
    let most = 0;
    inner.embedPassages.mockImplementation(async (texts) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return texts.map(fakeVector);
    });
    const embedder = withCoalescing(inner, { maxBatch: 3, maxConcurrency: 2 });
    const texts = Array.from({ length: 20 }, (_, i) => `t${i}`);
    expect(await embedder.embedPassages(texts)).toEqual(texts.map(fakeVector));
    expect(batchesOf(inner)).toHaveLength(7);
    expect(most).toBe(2);
  });

  test("lets one caller abort without the others noticing", async () => {
    const embedder = withCoalescing(fakeEmbedder());
    const controller = new AbortController();
    const aborted = embedder.embedPassages(["a", "x"], controller.signal);
    const other = embedder.embedPassages(["a", "b"]);
    controller.abort(new Error("gone"));
    await expect(aborted).rejects.toThrow("gone");
    expect(await other).toEqual(["a", "b"].map(fakeVector));
  });

  test("ends the provider's call when its last waiter has left, and calls again for later ones", async () => {
    const inner = fakeEmbedder();
    const ended = vi.fn<() => void>();
    inner.embedPassages.mockImplementationOnce(
      (_texts, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => {
            ended();
            reject(new Error("aborted"));
          });
        }),
    );
    const embedder = withCoalescing(inner);
    const controller = new AbortController();
    const aborted = embedder.embedPassages(["a"], controller.signal);
    await vi.waitFor(() => expect(inner.embedPassages).toHaveBeenCalled());
    controller.abort(new Error("gone"));
    await expect(aborted).rejects.toThrow("gone");
    expect(ended).toHaveBeenCalledOnce();
    expect(await embedder.embedPassages(["a"])).toEqual([fakeVector("a")]);
  });

  test("finds the refused text and serves its batch mates", async () => {
    const inner = fakeEmbedder();
    inner.embedPassages.mockImplementation(async (texts) => {
      if (texts.includes("bad")) throw new EmbeddingRefused("no");
      return texts.map(fakeVector);
    });
    const embedder = withCoalescing(inner);
    const good = Array.from({ length: 15 }, (_, i) => embedder.embedPassages([`good ${i}`]));
    const bad = embedder.embedPassages(["bad"]);
    await expect(bad).rejects.toBeInstanceOf(EmbeddingRefused);
    expect(await Promise.all(good)).toHaveLength(15);
    expect(batchesOf(inner).length).toBeLessThan(16);
  });

  test("passes a failure of the provider to everyone in the batch, and forgets it", async () => {
    const inner = fakeEmbedder();
    inner.embedPassages.mockRejectedValueOnce(new EmbeddingUnavailable("away"));
    const embedder = withCoalescing(inner);
    const outcomes = await Promise.allSettled([embedder.embedPassages(["a"]), embedder.embedPassages(["b"])]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await embedder.embedPassages(["a"])).toEqual([fakeVector("a")]);
  });
});
