import fc from "fast-check";
import { expect, test } from "vitest";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import { newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";

const { service } = await useFakeEmbedder(64);

const TYPES = ["episodic", "semantic", "procedural"] as const;
const NAMES = ["ann", "bob", "Ann", "a|b", "*"] as const;
const VALUES = [1, "1", true, null, "gold", "{x}"] as const;
const day = (number: number) => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

const name = fc.constantFrom(...NAMES);
const value = fc.constantFrom(...VALUES);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 2 });
const date = fc.integer({ min: 0, max: 6 }).map(day);

const input = fc.record(
  {
    memory_type: fc.constantFrom(...TYPES),
    agent_id: name,
    session_id: name,
    tags: fc.uniqueArray(name, { maxLength: 3 }),
    timestamp: date,
    metadata: fc.record(
      { plan: fc.oneof(value, fc.array(value, { maxLength: 3 })), deep: fc.record({ plan: value }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["memory_type", "timestamp"] },
);

const filter = fc.record(
  {
    agent_id: fc.oneof(name, names),
    session_id: names,
    tags: names,
    tags_any: names,
    from: date,
    to: date,
    metadata: fc.oneof(
      fc.record({ plan: fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })) }),
      fc.record({ deep: fc.record({ plan: value }) }),
    ),
  },
  { requiredKeys: [] },
);
type Filter = typeof filter extends fc.Arbitrary<infer T> ? T : never;

/** The filter's meaning, in plain words of the language, over the record as the API shows it. */
function fulfils(memory: Memory, types: readonly string[] | undefined, wanted: Filter): boolean {
  const oneOf = (given: string | readonly string[] | undefined, actual: string | null) =>
    given === undefined || (actual !== null && [given].flat().includes(actual));
  const time = Date.parse(memory.timestamp);
  return (
    (types === undefined || types.includes(memory.memory_type)) &&
    oneOf(wanted.agent_id, memory.agent_id) &&
    oneOf(wanted.session_id, memory.session_id) &&
    (wanted.tags ?? []).every((tag) => memory.tags.includes(tag)) &&
    (wanted.tags_any === undefined || wanted.tags_any.some((tag) => memory.tags.includes(tag))) &&
    (wanted.from === undefined || time >= Date.parse(wanted.from)) &&
    (wanted.to === undefined || time < Date.parse(wanted.to)) &&
    includes(memory.metadata, wanted.metadata ?? {})
  );
}

function includes(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted === "object" && wanted !== null && !Array.isArray(wanted)) {
    return Object.entries(wanted).every(
      ([key, child]) =>
        typeof actual === "object" &&
        actual !== null &&
        includes((actual as Record<string, unknown>)[key], child),
    );
  }
  const alternatives: unknown[] = [wanted].flat();
  const present = new Set<unknown>([actual].flat());
  return alternatives.some((alternative) => present.has(alternative));
}

test("a recall returns exactly what its filter lets through, by words, by vectors and by both", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { minLength: 1, maxLength: 60 }),
      fc.array(
        fc.record({
          filter,
          types: fc.option(fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 }), { nil: undefined }),
        }),
        { minLength: 12, maxLength: 12 },
      ),
      async (inputs, filters) => {
        const [namespace, other] = [newNamespace(), newNamespace()];
        const bodies = inputs.map((body, index): Json =>
          Object.assign({ content: `common word ${index}` }, body),
        );
        const results = await postBatch(service, namespace, bodies);
        await postBatch(service, other, bodies);
        const stored = results.flatMap(({ memory }) => memory ?? []);
        expect(stored).toHaveLength(inputs.length);
        for (const { filter: wanted, types } of filters) {
          const expected = stored.filter((memory) => fulfils(memory, types, wanted)).map(({ id }) => id);
          for (const mode of ["keyword", "vector", "hybrid"]) {
            const { hits, degraded } = await recall(service, {
              query: "common",
              namespaces: [namespace],
              ...(types === undefined ? {} : { memory_types: types }),
              filter: wanted,
              limit: 100,
              mode,
            });
            expect(degraded).toEqual([]);
            expect(hits.map(({ memory }) => memory.id).toSorted()).toEqual(expected.toSorted());
          }
        }
      },
    ),
    { numRuns: runs(12) },
  );
});

test("a limit cuts the best hits off, and lets nothing else in", async () => {
  const namespace = newNamespace();
  await postBatch(
    service,
    namespace,
    Array.from({ length: 80 }, (_, index) => ({
      content: `common word ${index}`,
      memory_type: "semantic",
      tags: [index % 4 === 0 ? "in" : "out"],
    })),
  );
  for (const mode of ["keyword", "vector", "hybrid"]) {
    const request = { query: "common", namespaces: [namespace], filter: { tags: ["in"] }, mode };
    const all = await recall(service, { ...request, limit: 100 });
    expect(all.hits).toHaveLength(20);
    const few = await recall(service, { ...request, limit: 7 });
    expect(few.hits).toHaveLength(7);
    expect(few.hits.map(({ score }) => score)).toEqual(all.hits.slice(0, 7).map(({ score }) => score));
    for (const { memory } of [...all.hits, ...few.hits]) expect(memory.tags).toEqual(["in"]);
    const scores = all.hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  }
});
