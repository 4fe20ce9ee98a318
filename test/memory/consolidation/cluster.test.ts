import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClusterEpisode } from "../../../src/memory/consolidation/plan/cluster.js";
import { clusterEpisodes } from "../../../src/memory/consolidation/plan/cluster.js";
import { nonEmpty } from "../../support/non-empty.js";

const OPTIONS = { most: 8, least: 2, most_tokens: 4000 };
const HOUR = 3_600_000;

const coordinate = fc.float({ min: -1, max: 1, noNaN: true });
const episode = fc.record({
  group: fc.constantFrom("a", "b", ""),
  at: fc.integer({ min: 0, max: 20 }).map((hour) => hour * HOUR),
  vector: fc.option(
    fc.array(coordinate, { minLength: 3, maxLength: 3 }).map((values) => Float32Array.from(values)),
    { nil: undefined },
  ),
  tokens: fc.integer({ min: 0, max: 200 }),
  terms: fc.array(fc.constantFrom("ship", "order", "rome", "dog", "cat", "blue"), { maxLength: 6 }),
});
const episodes = fc
  .array(episode, { maxLength: 300 })
  .map((all) => all.map((each, index): ClusterEpisode => ({ ...each, id: `m${index}` })));

const options = fc.record({
  most: fc.integer({ min: 2, max: 10 }),
  least: fc.integer({ min: 2, max: 4 }),
  most_tokens: fc.integer({ min: 50, max: 1000 }),
});

test("clusters are disjoint, bounded, of one group each, and the same for any order", async () => {
  await fc.assert(
    fc.asyncProperty(episodes, options, fc.infiniteStream(fc.nat()), async (all, limits, order) => {
      const clusters = await clusterEpisodes(all, limits);
      const ids = clusters.flat();
      expect(new Set(ids).size).toBe(ids.length);
      const byId = new Map(all.map((each) => [each.id, each]));
      for (const cluster of clusters) {
        const members = cluster.flatMap((id) => byId.get(id) ?? []);
        expect(members.length).toBe(cluster.length);
        expect(members.length).toBeGreaterThanOrEqual(limits.least);
        expect(members.length).toBeLessThanOrEqual(limits.most);
        expect(new Set(members.map(({ group }) => group)).size).toBe(1);
        expect(members.reduce((total, { tokens }) => total + tokens, 0)).toBeLessThanOrEqual(
          limits.most_tokens,
        );
        const times = members.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
      const ranks = new Map(all.map(({ id }) => [id, order.next().value ?? 0]));
      const shuffled = all.toSorted((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0));
      expect(await clusterEpisodes(shuffled, limits)).toEqual(clusters);
    }),
    { numRuns: 60 },
  );
});

/** Cosines as close together as e5's: a large part that all have in common, and a small one of the topic's own. */
function compressed(topic: number, noise: number): Float32Array {
  const vector = new Float32Array(8);
  vector[0] = 2;
  vector[1 + topic] = 1;
  vector[7] = noise;
  return vector;
}

function topics(vectors: boolean, change: (index: number) => Partial<ClusterEpisode> = () => ({})) {
  const words = [
    ["ship", "harbour", "sail"],
    ["bread", "oven", "flour"],
    ["garden", "tomato", "soil"],
  ];
  return Array.from({ length: 15 }, (_, index): ClusterEpisode => {
    const topic = index % 3;
    return {
      id: `${topic}-${index}`,
      group: "g",
      at: index * HOUR,
      vector: vectors ? compressed(topic, (index % 5) / 20) : undefined,
      tokens: 20,
      terms: [...(words[topic] ?? []), `only${index}`],
      ...change(index),
    };
  });
}

describe("topics are told apart, though all of them are much alike,", () => {
  test.for([true, false])("by vectors: %s", async (vectors) => {
    const clusters = await clusterEpisodes(topics(vectors), OPTIONS);
    expect(clusters.flat()).toHaveLength(15);
    for (const cluster of nonEmpty(clusters)) expect(new Set(cluster.map((id) => id[0])).size).toBe(1);
  });
});

test("texts that have nothing in common, a few leftovers, and what is too long stay alone", async () => {
  const unlike = topics(false, (index) => ({ terms: [`only${index}`] }));
  expect(await clusterEpisodes(unlike, OPTIONS)).toEqual([]);
  expect(await clusterEpisodes(topics(true).slice(0, 3), OPTIONS)).toEqual([]);
  const long = topics(true, () => ({ tokens: 2001 }));
  expect(await clusterEpisodes(long, OPTIONS)).toEqual([]);
});

test("what is all unrelated has no clusters, though some of it is more alike than the rest", async () => {
  // Pairs of 0.8, all others of 0.7: more than a deviation above the mean.
  const unrelated = Array.from({ length: 8 }, (_, index): ClusterEpisode => {
    const vector = new Float32Array(13);
    [vector[0], vector[1 + Math.floor(index / 2)], vector[5 + index]] = [0.7 ** 0.5, 0.1 ** 0.5, 0.2 ** 0.5];
    return { id: `m${index}`, group: "g", at: index * HOUR, vector, tokens: 20, terms: [] };
  });
  expect((await clusterEpisodes(unrelated, OPTIONS)).length).toBeGreaterThan(0);
  expect(await clusterEpisodes(unrelated, { ...OPTIONS, least_cosine: 0.82 })).toEqual([]);
  expect((await clusterEpisodes(unrelated, { ...OPTIONS, least_cosine: 0.79 })).flat()).toHaveLength(8);
});

test("of all alike, clusters are full", async () => {
  const alike = topics(true, () => ({ at: 0, vector: compressed(1, 0) }));
  const clusters = await clusterEpisodes(alike, OPTIONS);
  expect(clusters.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([8, 7]);
});

test("others get a turn between windows", async () => {
  let turns = 0;
  const timer = setInterval(() => void turns++, 0);
  const many = Array.from({ length: 2000 }, (_, index) => ({
    ...topics(false)[index % 15],
    id: `m${index}`,
    group: "g",
    at: index,
    vector: undefined,
    tokens: 1,
    terms: [`t${index % 90}`, `u${index % 7}`],
  }));
  await clusterEpisodes(many, OPTIONS);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(4);
});
