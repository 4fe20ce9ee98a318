import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Neighbors } from "../../support/acts/facts.js";
import { day, entityPath, factBody, neighbors, tell } from "../../support/acts/facts.js";
import { newNamespace, pathOf, postBatch } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";
import { until, useService } from "../../support/service/service.js";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000" });

const edgesOf = ({ edges }: Neighbors): string[] =>
  edges.map(({ subject, predicate, object, hops }) => `${subject} ${predicate} ${object} ${hops}`).toSorted();
const nodesOf = ({ nodes }: Neighbors): string[] =>
  nodes.map(({ name, hops }) => `${name} ${hops}`).toSorted();

interface ModelEdge {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

/** Breadth first over a list. `own` gives the one name of an entity. */
function walk(
  edges: readonly ModelEdge[],
  start: string,
  hops: number,
  along: (predicate: string) => boolean,
  own: (name: string) => string,
) {
  const nodes = new Map([[own(start), 0]]);
  const found = new Map<ModelEdge, number>();
  for (let hop = 1; hop <= hops; hop++) {
    const reached = new Set(nodes.keys());
    for (const edge of edges) {
      const [subject, object] = [own(edge.subject), own(edge.object)];
      if (!along(edge.predicate) || found.has(edge)) continue;
      if (!reached.has(subject) && !reached.has(object)) continue;
      found.set(edge, hop);
      for (const end of [subject, object]) if (!nodes.has(end)) nodes.set(end, hop);
    }
  }
  return {
    nodes: [...nodes].map(([name, hop]) => `${name} ${hop}`).toSorted(),
    edges: [...found]
      .map(([{ subject, predicate, object }, hop]) => `${subject} ${predicate} ${object} ${hop}`)
      .toSorted(),
  };
}

const name = fc.constantFrom(..."abcdefghij");
const edge = fc.record({ subject: name, predicate: fc.constantFrom("p", "q"), object: name });
const key = ({ subject, predicate, object }: ModelEdge): string => `${subject} ${predicate} ${object}`;

test("are those of a plain walk over any graph, loops and cycles and aliases included", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(edge, { minLength: 1, maxLength: 14, selector: key }),
      fc.integer({ min: 1, max: 3 }),
      fc.option(fc.constantFrom("p", "q"), { nil: undefined }),
      fc.boolean(),
      async (edges, hops, predicate, aliased) => {
        const namespace = newNamespace();
        await postBatch(
          service,
          namespace,
          edges.map((fact) => ({ memory_type: "semantic", fact })),
        );
        if (aliased) await service.send("PUT", entityPath(namespace, "a"), { aliases: ["b", "c"] });
        const own = (node: string): string => (aliased && "bc".includes(node) ? "a" : node);
        const start = edges[0]?.subject ?? "";
        const found = await neighbors(service, namespace, start, { hops, predicate });
        const model = walk(edges, start, hops, (each) => predicate === undefined || each === predicate, own);
        expect({ nodes: nodesOf(found), edges: edgesOf(found) }).toEqual(model);
        expect(found.truncated).toBe(false);
      },
    ),
    { numRuns: runs(50) },
  );
});

test("are those of the time that is asked for, with what each fact says of itself", async () => {
  const namespace = newNamespace();
  const employer = (object: string, from: number) =>
    tell(service, namespace, ["Mara", "works_for", object], {
      cardinality: "one",
      confidence: 0.9,
      valid_from: day(from),
    });
  const first = await employer("Acme", 1);
  await tell(service, namespace, ["Acme", "owns", "Plant 7"], { valid_from: day(1) });
  await sleep(3);
  const before = new Date().toISOString();
  await sleep(3);
  await employer("Globex", 9);
  expect(edgesOf(await neighbors(service, namespace, "mara", { hops: 2 }))).toEqual([
    "Mara works_for Globex 1",
  ]);
  const then = await neighbors(service, namespace, "mara", { hops: 2, valid_at: day(5) });
  expect(edgesOf(then)).toEqual(["Acme owns Plant 7 2", "Mara works_for Acme 1"]);
  expect(then.edges[0]).toMatchObject({
    fact_id: first.id,
    confidence: 0.9,
    valid_from: day(1),
    valid_to: day(9),
  });
  const asOf = await neighbors(service, namespace, "Plant 7", { hops: 3, as_of: before });
  expect(edgesOf(asOf)).toEqual(["Acme owns Plant 7 1", "Mara works_for Acme 2"]);
  expect(asOf.edges.find(({ fact_id }) => fact_id === first.id)).toMatchObject({ valid_to: null });
});

test("are bounded: what was recorded last is shown, and that there is more", async () => {
  const namespace = newNamespace();
  const facts = Array.from({ length: 40 }, (_, index) => ({
    memory_type: "semantic",
    fact: { subject: "hub", predicate: "has", object: `spoke ${index}` },
  }));
  await postBatch(service, namespace, facts);
  const some = await neighbors(service, namespace, "hub", { limit: 7 });
  expect(some.truncated).toBe(true);
  expect(some.edges.map(({ object }) => object)).toEqual(
    Array.from({ length: 7 }, (_, index) => `spoke ${39 - index}`),
  );
  expect(await neighbors(service, namespace, "hub", { limit: 40 })).toMatchObject({ truncated: false });
  const around = await neighbors(service, namespace, "spoke 1", { hops: 2, limit: 10 });
  expect(around.truncated).toBe(true);
  expect(around.edges).toHaveLength(10);
  expect(around.edges[0]).toMatchObject({ object: "spoke 1", hops: 1 });
  for (const [field, query] of [
    ["hops", "hops=4"],
    ["hops", "hops=0"],
    ["limit", "limit=501"],
    ["depth", "depth=1"],
  ]) {
    expect(await service.send("GET", `${entityPath(namespace, "hub")}/neighbors?${query}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  }
  expect(await service.send("GET", `${entityPath(namespace, "nobody")}/neighbors`)).toMatchObject({
    status: 404,
  });
});

test("are all there, and said to be, where as many are asked for as there are", async () => {
  const namespace = newNamespace();
  const bodies = Array.from({ length: 20 }, (_, index) => factBody(["hub", "knows", `n${index}`]));
  await postBatch(service, namespace, bodies);
  const all = await neighbors(service, namespace, "hub", { limit: 20, hops: 3 });
  expect([all.edges.length, all.truncated]).toEqual([20, false]);
  await tell(service, namespace, ["n3", "knows", "far"]);
  const some = await neighbors(service, namespace, "hub", { limit: 20, hops: 3 });
  expect([some.edges.length, some.truncated]).toEqual([20, true]);
});

test("of an entity whose facts are gone are 404, and it can't be merged", async () => {
  const namespace = newNamespace();
  const fact = await tell(service, namespace, ["Ghost One", "knows", "Ghost Two"]);
  await service.send("DELETE", pathOf(fact));
  const path = entityPath(namespace, "Ghost One");
  expect((await service.send("GET", `${path}/neighbors`)).status).toBe(404);
  expect((await service.send("POST", `${path}/merge`, { into: "Ghost Two" })).status).toBe(404);
});

test("an edge names no fact as contradicting that has ended", async () => {
  const namespace = newNamespace();
  const said = (place: string, more: object = {}) => ({
    ...factBody(["Ann", "lives_in", place], { cardinality: "one", valid_from: day(1) }),
    ...more,
  });
  await postBatch(service, namespace, [said("Graz"), said("Linz", { ttl_seconds: 2 })]);
  const contradictions = async () =>
    (await neighbors(service, namespace, "Ann")).edges.map(({ contradicts }) => contradicts.length);
  expect(await contradictions()).toEqual([1, 1]);
  await until(contradictions, (found) => found.length === 1 && found[0] === 0);
});
