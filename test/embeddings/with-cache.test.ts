import { describe, expect, test, vi } from "vitest";

import { withCache } from "../../src/embeddings/with-cache.js";
import { fakeEmbedder, fakeVector, memoryCache } from "../support/embeddings/fakes.js";

describe("withCache", () => {
  test("embeds only what the cache lacks, each text once, with one lookup", async () => {
    const inner = fakeEmbedder();
    const cache = memoryCache();
    const embedder = withCache(inner, cache);
    await embedder.embedPassages(["a", "b"]);
    expect(await embedder.embedPassages(["c", "a", "c", "b"])).toEqual(["c", "a", "c", "b"].map(fakeVector));
    expect(inner.embedPassages.mock.calls.map(([texts]) => texts)).toEqual([["a", "b"], ["c"]]);
    expect(cache.get).toHaveBeenCalledTimes(2);
  });

  test("keeps queries and passages, models and lone surrogates apart, and texts out of its keys", async () => {
    const cache = memoryCache();
    const one = withCache(fakeEmbedder(), cache);
    const other = withCache({ ...fakeEmbedder(), model: { ...fakeEmbedder().model, id: "other-8" } }, cache);
    await one.embedPassages(["secret"]);
    for (const each of [one, one, other, other]) await each.embedQuery("secret");
    await one.embedPassages(["\ud800", "\udc00", "\ufffd"]);
    expect(cache.held.size).toBe(6);
    for (const key of cache.held.keys()) expect(key).toMatch(/^[\w-]{43}$/);
  });

  test("stores a query's vector when it is asked for the second time, and embeds it once", async () => {
    const inner = fakeEmbedder();
    const cache = memoryCache();
    const embedder = withCache(inner, cache);
    for (let number = 0; number < 1200; number++) await embedder.embedQuery(`query ${number}`);
    expect(cache.held.size).toBe(0);
    for (let times = 0; times < 3; times++)
      expect(await embedder.embedQuery("query 1199")).toEqual(fakeVector("query 1199"));
    await embedder.close();
    expect(cache.held.size).toBe(1);
    expect(inner.embedQuery).toHaveBeenCalledTimes(1200);
    // Of another scope it is another query: how soon the answer comes doesn't show who asked before.
    await embedder.embedQuery("query 1199", undefined, "other");
    expect(inner.embedQuery).toHaveBeenCalledTimes(1201);
    // Not remembered here any more, and known to the cache only where it was asked for again.
    await embedder.embedQuery("query 0");
    expect(inner.embedQuery).toHaveBeenCalledTimes(1202);
    const next = withCache(inner, cache);
    await next.embedQuery("query 1199");
    expect(inner.embedQuery).toHaveBeenCalledTimes(1202);
  });

  test("takes a failing cache for an empty one and reports it", async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const cache = {
      get: async () => Promise.reject(new Error("away")),
      set: () => {
        throw new Error("away");
      },
      remove: async () => {},
    };
    const embedder = withCache(fakeEmbedder(), cache, { onError });
    expect(await embedder.embedQuery("a")).toEqual(fakeVector("a"));
    expect(await embedder.embedPassages(["a"])).toEqual([fakeVector("a")]);
    expect(onError).toHaveBeenCalledTimes(3);
  });

  test("doesn't believe entries of another shape", async () => {
    const inner = fakeEmbedder();
    for (const wrong of [new Float32Array(7), new Float32Array(8), new Float32Array(8).fill(Number.NaN)]) {
      const embedder = withCache(inner, {
        get: async () => [wrong],
        set: async () => {},
        remove: async () => {},
      });
      expect(await embedder.embedQuery("a")).toEqual(fakeVector("a"));
    }
  });

  test("has stored everything once it is closed", async () => {
    const cache = memoryCache();
    cache.set.mockImplementation(async ([entry]) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (entry !== undefined) cache.held.set(entry.key, entry.vector);
    });
    const embedder = withCache(fakeEmbedder(), cache);
    await embedder.embedPassages(["a"]);
    await embedder.close();
    expect(cache.held.size).toBe(1);
  });
});
