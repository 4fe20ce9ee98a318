import { beforeAll, describe, expect, test } from "vitest";
import type { Json, Memory, Recalled } from "../../support/acts/memories.js";
import {
  contents,
  embedded,
  newNamespace,
  post,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

/** The local model, because here vectors must mean something. */
const service = await useService({ MNEME_EMBEDDER: "local" });

const FACTS = [
  "Anna moved to a flat in Lisbon last spring.",
  "The nightly build takes forty minutes on two workers.",
  "Customer account ID is CX-7742-B.",
  "Customer account ID is CX-7742-C.",
  "Order ORD_2024/11-3 was refunded in full.",
  "Order ORD_2024/11-4 was delivered late.",
  "Send the invoice to a.b@c.io, please.",
  "Send the invoice to b.a@c.io, please.",
  "The printer has the address 192.168.0.1 in the office.",
  "The scanner has the address 192.168.0.11 in the office.",
  "The old balloon rose over the red bridge.",
  "The red balloon rose over the old bridge.",
  "He prefers tea with milk over coffee.",
];

const namespace = newNamespace();
const stored = new Map<string, Memory>();
beforeAll(async () => {
  for (const content of FACTS) stored.set(content, await remember(service, namespace, { content }));
});

const ask = (query: string, request: Json = {}): Promise<Recalled> =>
  recall(service, { query, namespaces: [namespace], ...request });

describe("recall", () => {
  test.each([
    ["What hot beverage does he like?", "He prefers tea with milk over coffee."],
    ["Who relocated to Portugal?", "Anna moved to a flat in Lisbon last spring."],
  ])("finds by meaning: %s", async (query, content) => {
    expect(contents(await ask(query, { mode: "vector", limit: 2 }))).toContain(content);
    expect(contents(await ask(query, { limit: 3 }))).toContain(content);
  });

  test.each([
    ["CX-7742-B", "Customer account ID is CX-7742-B."],
    ["cx-7742-c", "Customer account ID is CX-7742-C."],
    ["ORD_2024/11-3", "Order ORD_2024/11-3 was refunded in full."],
    ["a.b@c.io", "Send the invoice to a.b@c.io, please."],
    ["192.168.0.1", "The printer has the address 192.168.0.1 in the office."],
    ['"red balloon"', "The red balloon rose over the old bridge."],
  ])("finds the identifier or phrase %s before its neighbours", async (query, content) => {
    expect(contents(await ask(query, { mode: "keyword" }))[0]).toBe(content);
    expect(contents(await ask(query))[0]).toBe(content);
    expect(contents(await ask(`What do we know of ${query}?`, { mode: "keyword" }))[0]).toBe(content);
  });

  test("finds the first and the last sentence of 32 KiB", async () => {
    const own = newNamespace();
    const filler = "The committee discussed the budget of the municipal swimming pool at length. ";
    const first = "Penguins breed on the ice of Antarctica. ";
    const last = "The violinist lost her passport in Kyoto.";
    const middle = filler.repeat(Math.floor((32 * 1024 - first.length - last.length) / filler.length));
    const long = await remember(service, own, { content: first + middle + last });
    expect(long.embedding.status).toBe("partial");
    await remember(service, own, { content: "A cyclist repaired a puncture near the harbour." });
    await remember(service, own, { content: "Lemon trees need a mild winter." });
    await embedded(service, long, 120_000);
    for (const query of [
      "Where do the flightless birds raise their young?",
      "Which musician misplaced a travel document?",
    ]) {
      const { hits } = await recall(service, { query, namespaces: [own], mode: "vector" });
      expect(hits).toHaveLength(3);
      expect(hits[0]?.memory.id).toBe(long.id);
    }
  });

  test("leaves out what its namespaces don't hold, and joins several", async () => {
    const [one, two, three] = [newNamespace(), newNamespace(), newNamespace()];
    for (const [own, content] of [
      [one, "The harbour of the first town"],
      [two, "The harbour of the second town"],
      [three, "The harbour of the third town"],
    ] as const) {
      await remember(service, own, { content });
    }
    for (const mode of ["keyword", "vector", "hybrid"]) {
      const both = await recall(service, { query: "harbour", namespaces: [one, two], mode });
      expect(contents(both).toSorted()).toEqual([
        "The harbour of the first town",
        "The harbour of the second town",
      ]);
      const prefix = await recall(service, { query: "harbour", namespaces: [one.slice(0, -1)], mode });
      expect(prefix.hits).toEqual([]);
      const twice = await recall(service, { query: "harbour", namespaces: [three, three], mode });
      expect(twice.hits).toHaveLength(1);
    }
  });

  test("keeps the filter when nothing matches, and when only a worse hit does", async () => {
    for (const mode of ["keyword", "vector", "hybrid"]) {
      expect((await ask("CX-7742-B", { mode, filter: { agent_id: "nobody" } })).hits).toEqual([]);
      expect((await ask("CX-7742-B", { mode, memory_types: ["episodic"] })).hits).toEqual([]);
    }
    const own = newNamespace();
    await remember(service, own, { content: "CX-7742-B is here", tags: ["a"] });
    await remember(service, own, { content: "something else", tags: ["b"] });
    const { hits } = await recall(service, {
      query: "CX-7742-B",
      namespaces: [own],
      filter: { tags: ["b"] },
    });
    expect(hits.map(({ memory }) => memory.content)).toEqual(["something else"]);
  });

  test("leaves out what scores below min_score", async () => {
    const { hits } = await ask("order", { mode: "keyword" });
    expect(hits.length).toBeGreaterThan(1);
    for (const mode of ["keyword", "vector", "hybrid"]) {
      const all = await ask("Which order was refunded?", { mode });
      const threshold = all.hits[1]?.score ?? Number.NaN;
      const some = await ask("Which order was refunded?", { mode, min_score: threshold });
      expect(some.hits.map(({ score }) => score)).toEqual(
        all.hits.map(({ score }) => score).filter((score) => score >= threshold),
      );
      expect((await ask("Which order was refunded?", { mode, min_score: 1e6 })).hits).toEqual([]);
    }
  });

  test("explains each score on request, and only then", async () => {
    const plain = await ask("Which order was refunded?");
    expect(plain).not.toHaveProperty("explain");
    expect(plain.hits[0]).not.toHaveProperty("explain");
    const { hits, explain } = await ask("Which order was refunded?", { explain: true });
    expect(explain).toMatchObject({ mode: "hybrid", fusion: "auto" });
    expect(explain?.terms.length).toBeGreaterThan(0);
    for (const hit of nonEmpty(hits)) {
      expect(hit.explain?.keyword?.rank ?? null).toBe(hit.ranks.keyword);
      expect(hit.explain?.vector?.rank ?? null).toBe(hit.ranks.vector);
      expect(hit.ranks.keyword ?? hit.ranks.vector).not.toBeNull();
    }
    const quoted = await ask('"red balloon"', { explain: true, mode: "keyword" });
    expect(quoted.explain).toMatchObject({
      mode: "keyword",
      phrases: [expect.stringContaining("red balloon")],
    });
  });

  test("a recall by words only, or by meaning only, reports a null rank for the other", async () => {
    for (const { ranks } of nonEmpty((await ask("order", { mode: "keyword" })).hits)) {
      expect(ranks).toEqual({ keyword: expect.any(Number), vector: null });
    }
    for (const [index, { ranks }] of nonEmpty((await ask("order", { mode: "vector" })).hits).entries()) {
      expect(ranks).toEqual({ keyword: null, vector: index + 1 });
    }
  });

  test.each(["the of and", "?!…", "— –"])(
    "answers %j, which has no word to look up, by meaning or with a clear 400",
    async (query) => {
      const own = newNamespace();
      await remember(service, own, { content: "Anything at all." });
      const request = { query, namespaces: [own] };
      expect((await recall(service, { ...request, mode: "vector" })).hits).toHaveLength(1);
      const hybrid = await recall(service, request);
      expect(hybrid.hits.map(({ ranks }) => ranks)).toEqual([{ keyword: null, vector: 1 }]);
      expect(await service.send("POST", "/v1/recall", { ...request, mode: "keyword" })).toMatchObject({
        status: 400,
        body: { code: "query_without_terms", errors: [{ field: "query" }] },
      });
    },
  );

  test("takes the caller's own vector of the query", async () => {
    const own = newNamespace();
    const unit = (axis: number) => Array.from({ length: 384 }, (_, index) => (index === axis ? 1 : 0));
    await remember(service, own, { content: "north", embedding: unit(0) });
    await remember(service, own, { content: "east", embedding: unit(1) });
    for (const [axis, content] of [
      [0, "north"],
      [1, "east"],
    ] as const) {
      const { hits } = await recall(service, {
        query: "?",
        namespaces: [own],
        mode: "vector",
        embedding: unit(axis),
      });
      expect(hits[0]?.memory.content).toBe(content);
      expect(hits[0]?.score).toBeCloseTo(1, 2);
      expect(hits[1]?.score).toBeCloseTo(0, 2);
    }
    const answer = await post(service, own, { content: "x", embedding: unit(0), embedding_model: "e5" });
    expect(answer).toMatchObject({ status: 422, body: { code: "embedding_mismatch" } });
  });

  test("finds a revised memory by its new content and not by its old one", async () => {
    const own = newNamespace();
    const memory = await remember(service, own, { content: "The capital is Bonn." });
    await revise(service, memory, { content: "The seat of government is Berlin." });
    const byWord = async (query: string) =>
      contents(await recall(service, { query, namespaces: [own], mode: "keyword" }));
    expect(await byWord("Bonn")).toEqual([]);
    expect(await byWord("Berlin")).toEqual(["The seat of government is Berlin."]);
    const { hits } = await recall(service, { query: "Berlin", namespaces: [own] });
    expect(hits).toHaveLength(1);
    expect(hits[0]?.memory.version).toBe(2);
  });

  test("sees a memory as soon as its write is acknowledged, and no more once it is deleted", async () => {
    const own = newNamespace();
    for (let index = 0; index < 10; index++) {
      const memory = await remember(service, own, { content: `fresh entry ${index}` });
      for (const mode of ["keyword", "vector", "hybrid"]) {
        const found = await recall(service, {
          query: `fresh entry ${index}`,
          namespaces: [own],
          mode,
          limit: 50,
        });
        expect(found.hits.map((hit) => hit.memory.id)).toContain(memory.id);
      }
      await service.send("DELETE", `/v1/namespaces/${own}/memories/${memory.id}`);
      expect((await recall(service, { query: "fresh entry", namespaces: [own] })).hits).toEqual([]);
    }
  });
});
