import fc from "fast-check";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { startMoodyProvider } from "../../support/embeddings/flaky-provider.js";
import { startRedisRecorder } from "../../support/redis/tap.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import type { Json, Memory, MemoryPage } from "../../support/acts/memories.js";
import { listPath, newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";

const { service } = await useFakeEmbedder(64);

const MODES = ["keyword", "vector", "hybrid"] as const;

async function store(namespace: string, metadata: readonly unknown[]): Promise<Memory[]> {
  const stored: Memory[] = [];
  for (let from = 0; from < metadata.length; from += 500) {
    const bodies = metadata.slice(from, from + 500).map((each, index) => ({
      content: `common word ${from + index}`,
      memory_type: "semantic",
      metadata: each,
    }));
    const results = await postBatch(service, namespace, bodies);
    stored.push(...results.flatMap(({ memory }) => memory ?? []));
  }
  expect(stored).toHaveLength(metadata.length);
  return stored;
}

async function recalled(namespace: string, metadata: unknown, mode: string): Promise<string[]> {
  const filter = { metadata };
  const { hits } = await recall(service, {
    query: "common",
    namespaces: [namespace],
    filter,
    mode,
    limit: 100,
  });
  return hits.map(({ memory }) => memory.id).toSorted();
}

async function listed(path: string, parameters: Readonly<Record<string, string>>): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null | undefined;
  do {
    const query = new URLSearchParams({ ...parameters, ...(cursor == null ? {} : { cursor }) });
    const answer = await service.send("GET", `${path}?${query.toString()}`);
    expect(answer.status).toBe(200);
    const page = answer.body as MemoryPage;
    found.push(...page.memories.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== null);
  return found.toSorted();
}

/** The four doors through which a filter comes. */
async function everywhere(namespace: string, filter: unknown): Promise<Record<string, string[]>> {
  const metadata = JSON.stringify(filter);
  const found: Record<string, string[]> = {};
  for (const mode of MODES) found[mode] = await recalled(namespace, filter, mode);
  found["list"] = await listed(listPath(namespace).split("?")[0] ?? "", { metadata, limit: "7" });
  found["list many"] = await listed("/v1/list", { namespace: `${namespace}.**`, metadata, limit: "7" });
  return found;
}

// The language once more, in the plainest words: what docs/filters.md says, over what the API shows.

function values(node: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(node)) return node.flatMap((element) => values(element, path));
  const [step, ...rest] = path;
  if (step === undefined) return [node];
  if (typeof node !== "object" || node === null || !Object.hasOwn(node, step)) return [];
  return values((node as Record<string, unknown>)[step], rest);
}

/** Also an empty array. */
function present(node: unknown, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return true;
  if (Array.isArray(node)) return node.some((element) => present(element, path));
  if (typeof node !== "object" || node === null || !Object.hasOwn(node, step)) return false;
  return present((node as Record<string, unknown>)[step], rest);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function sameKind(value: unknown, bound: unknown): [number, number] | undefined {
  if (typeof value === "number" && typeof bound === "number") return [value, bound];
  if (typeof value !== "string" || typeof bound !== "string") return undefined;
  const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/.test(text);
  return isDate(value) && isDate(bound) ? [Date.parse(value), Date.parse(bound)] : undefined;
}

function holds(metadata: unknown, path: readonly string[], wanted: unknown): boolean {
  if (Array.isArray(wanted)) return wanted.some((each) => holds(metadata, path, each));
  if (!isObject(wanted)) return values(metadata, path).includes(wanted);
  return Object.entries(wanted).every(([key, operand]) => {
    const compare = (holdsFor: (a: number, b: number) => boolean) =>
      values(metadata, path).some((value) => {
        const pair = sameKind(value, operand);
        return pair !== undefined && holdsFor(...pair);
      });
    const list: unknown[] = Array.isArray(operand) ? operand : [];
    switch (key) {
      case "$and":
        return list.every((each) => holds(metadata, path, each));
      case "$or":
        return list.some((each) => holds(metadata, path, each));
      case "$not":
        return !holds(metadata, path, operand);
      case "$eq":
        return values(metadata, path).includes(operand);
      case "$ne":
        return !values(metadata, path).includes(operand);
      case "$in":
        return values(metadata, path).some((value) => list.includes(value));
      case "$nin":
        return !values(metadata, path).some((value) => list.includes(value));
      case "$exists":
        return present(metadata, path) === operand;
      case "$gt":
        return compare((a, b) => a > b);
      case "$gte":
        return compare((a, b) => a >= b);
      case "$lt":
        return compare((a, b) => a < b);
      case "$lte":
        return compare((a, b) => a <= b);
      default:
        return holds(metadata, [...path, key], operand);
    }
  });
}

const scalar = fc.constantFrom(
  1,
  2.5,
  -3,
  10,
  "10",
  "gold",
  true,
  null,
  "2026-01-01",
  "2026-02-01T00:00:00Z",
);
const bound = fc.constantFrom(1, 2, 10, -3, "2026-01-15", "2026-02-01T00:00:00Z");
const field = fc.constantFrom("price", "plan", "at", "gte");
const document = fc.dictionary(
  field,
  fc.oneof(
    scalar,
    fc.array(fc.oneof(scalar, fc.dictionary(field, scalar, { maxKeys: 2 })), { maxLength: 3 }),
    fc.dictionary(field, scalar, { maxKeys: 2 }),
  ),
  { maxKeys: 3 },
);
const operators = fc.oneof(
  fc.record({ $gte: bound, $lt: bound }, { requiredKeys: ["$gte"] }),
  fc.record({ $gt: bound }),
  fc.record({ $lte: bound }),
  fc.record({ $eq: scalar }),
  fc.record({ $ne: scalar }),
  fc.record({ $in: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $not: fc.oneof(scalar, fc.record({ $gte: bound }), fc.record({ $exists: fc.boolean() })) }),
);
const { filter } = fc.letrec<{ filter: Record<string, unknown> }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(field, fc.oneof(scalar, operators, operators)).map(([key, wanted]) =>
      // A field that is called like an operator is only one below another.
      ({ [key]: wanted }),
    ),
    fc
      .tuple(
        fc.constantFrom("price", "plan", "at"),
        fc.constantFrom("price", "plan"),
        fc.oneof(scalar, operators),
      )
      .map(([outer, inner, wanted]) => ({ [outer]: { [inner]: wanted } })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((parts) => ({ $and: parts })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((parts) => ({ $or: parts })),
    tie("filter").map((part) => ({ $not: part })),
    fc.tuple(tie("filter"), field, scalar).map(([part, key, wanted]) => ({ [key]: wanted, $not: part })),
  ),
}));

test("a filter lets through what a plain predicate does, by every door", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(document, { minLength: 5, maxLength: 60 }),
      fc.array(filter, { minLength: 12, maxLength: 12 }),
      async (documents, filters) => {
        const namespace = newNamespace();
        const stored = await store(namespace, documents);
        await store(newNamespace(), documents);
        for (const wanted of filters) {
          const expected = stored.filter((memory) => holds(memory.metadata, [], wanted)).map(({ id }) => id);
          const found = await everywhere(namespace, wanted);
          for (const [door, actual] of Object.entries(found)) {
            expect(actual, `${door} ${JSON.stringify(wanted)}`).toEqual(expected.toSorted());
          }
        }
      },
    ),
    { numRuns: runs(10) },
  );
});

test("three memories among thousands are found by a comparison, whatever ranks before them", async () => {
  const namespace = newNamespace();
  const documents: Json[] = Array.from({ length: 7000 }, (_, index) => ({ price: index % 100, n: index }));
  for (const place of [123, 4567, 6999]) documents[place] = { price: 1000 + place, n: place };
  const stored = await store(namespace, documents);
  const expected = [123, 4567, 6999].map((place) => stored[place]?.id).toSorted();
  const found = await everywhere(namespace, { price: { gte: 1000 } });
  for (const [door, actual] of Object.entries(found)) expect(actual, door).toEqual(expected);
  const none = await everywhere(namespace, { price: { gt: 1e9 } });
  for (const [door, actual] of Object.entries(none)) expect(actual, door).toEqual([]);
});

test("a recall that only records can decide asks the index for lists of bounded length and time", async () => {
  const recorder = await startRedisRecorder(inject("redisUrl"));
  onTestFinished(() => recorder.stop());
  const provider = await startMoodyProvider();
  const tapped = await provider.serve({ REDIS_URL: recorder.url, MNEME_REDIS_TIMEOUT_MS: "2000" });
  const namespace = newNamespace();
  for (const from of [0, 500]) {
    const bodies = Array.from({ length: 500 }, (_, index) => ({
      content: `common ${from + index}`,
      memory_type: "semantic",
      metadata: { n: index },
    }));
    const results = await postBatch(tapped, namespace, bodies);
    expect(results.filter(({ memory }) => memory === undefined)).toEqual([]);
  }
  const asked = { query: "common", namespaces: [namespace], filter: { metadata: { n: { gt: 1e9 } } } };
  for (const as_of of [undefined, new Date().toISOString()]) {
    const { hits } = await recall(tapped, { ...asked, as_of });
    expect(hits).toEqual([]);
  }
  const sent = recorder.trips.join("").replaceAll("\r\n", " ");
  const numbersIn = (pattern: RegExp): number[] =>
    [...sent.matchAll(pattern)].map(([, digits]) => Number(digits));
  const lengths = [...numbersIn(/ LIMIT \$1 0 \$\d+ (\d+) /g), ...numbersIn(/=>\[KNN (\d+) /g)];
  expect(Math.max(...lengths)).toBeGreaterThan(1000);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(25_000);
  // A recall's own searches end soon after the service stops to wait for them.
  const ranked = sent.split("FT.SEARCH").filter((each) => each.includes("BM25STD"));
  const times = ranked.map((each) => Number(/ TIMEOUT \$\d+ (\d+) /.exec(each)?.[1]));
  expect(times.length).toBeGreaterThan(1);
  expect(Math.max(...times), JSON.stringify(times)).toBeLessThanOrEqual(4000);
});

test("a filter doesn't change the scores of what it lets through", async () => {
  const namespace = newNamespace();
  await store(
    namespace,
    Array.from({ length: 30 }, (_, index) => ({ n: index, half: index % 2 === 0 ? "even" : "odd" })),
  );
  const request = { query: "common word 7", namespaces: [namespace], mode: "keyword", limit: 100 };
  const all = await recall(service, request);
  const scores = new Map(all.hits.map(({ memory, score }) => [memory.id, score]));
  for (const wanted of [
    { or: [{ half: "odd" }, { n: 2 }] },
    { not: { half: "even" } },
    { n: { gte: 5, lt: 9 } },
    { half: { ne: "even" }, n: { nin: [1, 3] } },
  ]) {
    const { hits } = await recall(service, { ...request, filter: { metadata: wanted } });
    expect(hits.length).toBeGreaterThan(3);
    for (const { memory, score } of hits) expect(score).toBeCloseTo(scores.get(memory.id) ?? NaN, 6);
  }
});

test("a filter as large and as deep as it may be is answered, by every door but a URL", async () => {
  const namespace = newNamespace();
  const [first] = await store(namespace, [{ n: 5 }, { n: 2000 }]);
  const numbers = Array.from({ length: 1000 }, (_, n) => n);
  const nested = (levels: number): unknown =>
    levels === 0 ? { n: 5 } : { not: { not: nested(levels - 1) } };
  const large: unknown[] = [
    { n: { in: numbers } },
    { or: numbers.slice(0, 500).map((n) => ({ n: { eq: n, ne: 3000 } })) },
    { and: numbers.map((n) => ({ n: { ne: n + 1000 } })), not: { n: { gte: 1000 } } },
    { or: numbers.map((n) => ({ n: { gte: n, lt: n + 1 } })).slice(0, 500) },
    nested(20),
    { $literal: { n: 5 }, or: [{ ["x".repeat(32 * 1024)]: 1 }, { n: { lt: 6 } }] },
  ];
  for (const wanted of large) {
    for (const mode of MODES) expect(await recalled(namespace, wanted, mode)).toEqual([first?.id]);
  }
});

describe("the words of operators", () => {
  test("may be written without $, below a field, and at the top where they combine", async () => {
    const namespace = newNamespace();
    const [cheap, dear, late] = await store(namespace, [
      { price: 5, at: "2026-01-01" },
      { price: 50, at: "2026-06-01T12:00:00+02:00" },
      { at: "2027-01-01" },
    ]);
    const cases: [unknown, (Memory | undefined)[]][] = [
      [{ price: { gte: 10 } }, [dear]],
      [{ price: { gt: 5 } }, [dear]],
      [{ price: { lt: 50.5 } }, [cheap, dear]],
      [{ at: { gt: "2026-06-01T09:59:59Z", lte: "2026-06-01T10:00:00Z" } }, [dear]],
      [{ at: { gte: "2026-06-01" } }, [dear, late]],
      [{ price: { exists: false } }, [late]],
      [{ or: [{ price: { lt: 10 } }, { at: { gte: "2027-01-01" } }] }, [cheap, late]],
      [{ and: [{ price: { gte: 1 } }, { not: { price: 50 } }] }, [cheap]],
      [{ price: { or: [{ lt: 10 }, { gt: 40 }] } }, [cheap, dear]],
      [{ price: { not: { gte: 10 } } }, [cheap, late]],
      [{ price: { ne: 5 } }, [dear, late]],
      [{ price: { in: [5, 50] } }, [cheap, dear]],
      // A number is no date, and a text is no number.
      [{ at: { gte: 0 } }, []],
      [{ price: { gte: "1970-01-01" } }, []],
    ];
    for (const [wanted, expected] of cases) {
      const ids = expected.map((memory) => memory?.id ?? "").toSorted();
      for (const actual of Object.values(await everywhere(namespace, wanted))) {
        expect(actual, JSON.stringify(wanted)).toEqual(ids);
      }
    }
  });

  test("are keys of the metadata in $literal", async () => {
    const namespace = newNamespace();
    const [range, states, dollar] = await store(namespace, [
      { range: { gte: 10, unit: "kg" } },
      { or: "Oregon", not: { in: "Indiana" } },
      { $gte: 1, price: { $literal: 2 } },
    ]);
    const cases: [unknown, Memory | undefined][] = [
      [{ range: { $literal: { gte: 10 } } }, range],
      [{ $literal: { range: { gte: 10, unit: "kg" } } }, range],
      [{ range: { unit: "kg" } }, range],
      [{ $literal: { or: "Oregon" } }, states],
      [{ $literal: { not: { in: ["Indiana", "Iowa"] } } }, states],
      [{ $literal: { $gte: 1 } }, dollar],
      [{ price: { $literal: { $literal: 2 } } }, dollar],
      [{ gte: 1 }, undefined],
    ];
    for (const [wanted, expected] of cases) {
      for (const actual of Object.values(await everywhere(namespace, wanted))) {
        expect(actual, JSON.stringify(wanted)).toEqual(expected === undefined ? [] : [expected.id]);
      }
    }
  });

  test("that are unknown, or stand where they mean nothing, are refused with their place", async () => {
    const namespace = newNamespace();
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { not: deep(levels - 1) });
    const wrong: [unknown, string][] = [
      [{ price: { $regex: ".*" } }, "price.$regex"],
      [{ $where: "1" }, "$where"],
      [{ price: { $GTE: 1 } }, "price.$GTE"],
      [{ $gte: 10 }, "$gte"],
      [{ price: { gte: 10, unit: "kg" } }, "price"],
      [{ price: { gte: "ten" } }, "price.gte"],
      [{ price: { gte: "2026-02-30" } }, "price.gte"],
      [{ price: { gte: null } }, "price.gte"],
      [{ price: { gte: [1] } }, "price.gte"],
      [{ price: { in: 5 } }, "price.in"],
      [{ price: { in: [] } }, "price.in"],
      [{ price: { in: [{ a: 1 }] } }, "price.in"],
      [{ price: { exists: "yes" } }, "price.exists"],
      [{ price: { eq: { a: 1 } } }, "price.eq"],
      [{ or: { price: 1 } }, "or"],
      [{ or: [] }, "or"],
      [{ and: [1] }, "and.0"],
      [{ not: true }, "not"],
      [{ or: "Oregon" }, "or"],
      [{ address: { in: "Oslo" } }, "address.in"],
      [{ or: [{ a: 1 }, { b: { $near: 1 } }] }, "or.1.b.$near"],
      [{}, ""],
      [{ price: {} }, "price"],
      [{ price: [] }, "price"],
      [{ $literal: 1 }, "$literal"],
      [deep(100), ""],
    ];
    for (const [metadata, place] of wrong) {
      const fieldOf = (prefix: string) => (place === "" ? prefix : `${prefix}.${place}`);
      const asked = await service.send("POST", "/v1/recall", {
        query: "x",
        namespaces: [namespace],
        filter: { metadata },
      });
      expect(asked, JSON.stringify(metadata)).toMatchObject({
        status: 400,
        body: { code: "invalid_request", errors: [{ field: fieldOf("filter.metadata") }] },
      });
      for (const path of [listPath(namespace), "/v1/list"]) {
        const query = new URLSearchParams({ metadata: JSON.stringify(metadata) });
        const answer = await service.send("GET", `${path.split("?")[0]}?${query.toString()}`);
        expect(answer, JSON.stringify(metadata)).toMatchObject({
          status: 400,
          body: { errors: [{ field: fieldOf("metadata") }] },
        });
      }
    }
  });
});
