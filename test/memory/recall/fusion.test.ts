import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import type { Json, Recalled } from "../../support/acts/memories.js";
import { newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";

const WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"] as const;
const namespace = newNamespace();
const { service } = await useFakeEmbedder(64);
beforeAll(async () => {
  const memories = Array.from({ length: 150 }, (_, index) => ({
    content: `${WORDS.filter((_word, bit) => (index + 1) & (1 << bit)).join(" ")} number ${index}`,
    memory_type: "semantic",
  }));
  await postBatch(service, namespace, memories);
});

const ask = (request: Json): Promise<Recalled> =>
  recall(service, { namespaces: [namespace], limit: 100, explain: true, ...request });

test("reciprocal rank fusion gives each hit Σ w / (k + rank), ranks from 1, best first", async () => {
  const weight = fc.constantFrom(0.25, 0.5, 1, 2, 10);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 10, 60, 1000),
      fc.record({ keyword: weight, vector: weight }),
      async (words, k, weights) => {
        const query = words.join(" ");
        const [fused, keyword, vector] = await Promise.all([
          ask({ query, mode: "hybrid", fusion: { method: "rrf", k, weights } }),
          ask({ query, mode: "keyword" }),
          ask({ query, mode: "vector" }),
        ]);
        expect(fused.hits.length).toBeGreaterThan(0);
        for (const { score, ranks, explain } of fused.hits) {
          const parts = (["keyword", "vector"] as const).map((list) => {
            const rank = ranks[list];
            expect(explain?.[list]?.rank ?? null).toBe(rank);
            const part = rank === null ? 0 : weights[list] / (k + rank);
            expect(explain?.[list]?.adds ?? 0).toBeCloseTo(part, 12);
            return part;
          });
          expect(score).toBeCloseTo(
            parts.reduce((sum, part) => sum + part, 0),
            12,
          );
        }
        const scores = fused.hits.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        for (const [list, alone] of [
          ["keyword", keyword],
          ["vector", vector],
        ] as const) {
          const ranks = fused.hits.flatMap((hit) => hit.ranks[list] ?? []);
          expect(new Set(ranks).size).toBe(ranks.length);
          for (const rank of ranks) expect(rank).toBeGreaterThanOrEqual(1);
          const best = alone.hits[0]?.memory.id;
          const place = fused.hits.find((hit) => hit.memory.id === best)?.ranks[list];
          expect(
            place === undefined || place === null || alone.hits[0]?.score === alone.hits[place - 1]?.score,
          ).toBe(true);
        }
      },
    ),
    { numRuns: runs(25) },
  );
});

test("k defaults to 60 and both weights to 1", async () => {
  const query = "alpha beta";
  const implicit = await ask({ query, fusion: { method: "rrf" } });
  const explicit = await ask({ query, fusion: { method: "rrf", k: 60, weights: { keyword: 1, vector: 1 } } });
  expect(implicit.hits).toEqual(explicit.hits);
  expect(implicit.explain).toMatchObject({ mode: "hybrid", fusion: "rrf" });
  const [best] = implicit.hits;
  expect(best?.score).toBeCloseTo(
    [best?.ranks.keyword, best?.ranks.vector].reduce<number>(
      (sum, rank) => sum + (rank ? 1 / (60 + rank) : 0),
      0,
    ),
    12,
  );
});

test("a weight of 0 leaves the other list's order", async () => {
  const query = "gamma theta";
  const keywordOnly = await ask({ query, fusion: { method: "rrf", weights: { vector: 0 } } });
  const ranks = keywordOnly.hits.map(({ ranks: { keyword } }) => keyword ?? Infinity);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
});

test("where no word is known, the vectors alone make the list", async () => {
  const { hits } = await ask({ query: "unheardof", fusion: { method: "rrf" } });
  expect(hits.length).toBeGreaterThan(0);
  for (const [index, { ranks, score }] of hits.entries()) {
    expect(ranks).toEqual({ keyword: null, vector: index + 1 });
    expect(score).toBeCloseTo(1 / (60 + index + 1), 12);
  }
});
