import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { startProxy } from "../../../scripts/test-faults/proxy.js";
import { tokenCounter } from "../../../src/domain/tokens.js";
import { excerptWithin } from "../../../src/memory/recall/excerpt-within.js";
import { contents, newNamespace, postBatch, recall, remember } from "../../support/acts/memories.js";
import type { Json, Recalled } from "../../support/acts/memories.js";
import { hostileTexts } from "../../support/adversarial.js";
import { startMoodyProvider } from "../../support/embeddings/flaky-provider.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import { startRedis } from "../../support/redis/start.js";
import { startService, until } from "../../support/service/service.js";

const { service } = await useFakeEmbedder(64);
const counter = await tokenCounter();

const taken = ({ hits }: Recalled): number =>
  hits.reduce(
    (sum, { memory, excerpt }) => sum + counter.count(memory.content) + counter.count(excerpt ?? ""),
    0,
  );

describe("a budget of tokens", () => {
  const stored = async (texts: readonly string[]): Promise<string> => {
    const namespace = newNamespace();
    await postBatch(
      service,
      namespace,
      texts.map((content) => ({ memory_type: "episodic", content })),
    );
    return namespace;
  };

  test("is never exceeded, loses no hit, and never makes an answer empty", async () => {
    const sizes = [3, 10, 40, 200, 700];
    const texts = sizes.map(
      (size, at) => `The harbour log of day ${at}. ${"All was calm at sea. ".repeat(size)}`,
    );
    const namespace = await stored(texts);
    const request = { query: "harbour log", namespaces: [namespace] };
    const whole = await recall(service, request);
    expect(whole.omitted).toBeUndefined();
    for (const budget_tokens of [16, 60, 300, 1000, 5000, 100_000]) {
      const found = await recall(service, { ...request, budget_tokens });
      expect(taken(found)).toBeLessThanOrEqual(budget_tokens);
      expect(found.tokens).toBe(taken(found));
      expect(found.hits.length).toBeGreaterThan(0);
      const omitted = found.omitted ?? [];
      expect(
        [...found.hits.map(({ memory }) => memory.id), ...omitted.map(({ id }) => id)].toSorted(),
      ).toEqual(whole.hits.map(({ memory }) => memory.id).toSorted());
      expect(found.hits[0]?.memory.id).toBe(whole.hits[0]?.memory.id);
      for (const { memory } of found.hits.slice(1)) expect(texts).toContain(memory.content);
      for (const { id, tokens } of omitted) {
        const content = whole.hits.find(({ memory }) => memory.id === id)?.memory.content;
        expect(tokens).toBe(counter.count(content ?? ""));
      }
    }
  });

  test("shortens the best hit to the sentences that answer, and says so", async () => {
    const filler = "The crew cleaned the deck and had dinner. ".repeat(60);
    const namespace = await stored([
      `${filler}The spare key of the wheelhouse hangs behind the clock. ${filler}`,
    ]);
    const request = { query: "Where is the spare key of the wheelhouse?", namespaces: [namespace] };
    const found = await recall(service, { ...request, budget_tokens: 40 });
    const memory = found.hits[0]?.memory;
    expect(memory?.content).toContain("The spare key of the wheelhouse hangs behind the clock.");
    expect(memory?.content_complete).toBe(false);
    const [read] = (await recall(service, request)).hits;
    expect(read?.memory.content_complete).toBe(true);
  });

  test("is what the receipt shows: the hits that the caller got, and no others", async () => {
    const namespace = await stored(["The anchor is red. ".repeat(30), "The anchor is heavy. ".repeat(40)]);
    const request = { query: "anchor", namespaces: [namespace], budget_tokens: 180, receipt: true };
    const found = await recall(service, request);
    expect(found.omitted).toHaveLength(1);
    const { body } = await service.send("GET", `/v1/receipts/${found.receipt_id}`);
    expect(body).toMatchObject({ hits: [{ id: found.hits[0]?.memory.id }], budget_tokens: 180 });
    const replayed = await service.send("POST", `/v1/receipts/${found.receipt_id}/replay`);
    expect(replayed.body).toMatchObject({ now: { hits: [{ memory: { id: found.hits[0]?.memory.id } }] } });
  });

  test("an excerpt of any text is a part of it within the budget", async () => {
    const text = fc.oneof(fc.string({ minLength: 1, unit: "grapheme" }), fc.lorem({ mode: "sentences" }));
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(fc.lorem({ maxCount: 1 })),
        fc.integer({ min: 16, max: 80 }),
        async (whole, terms, budget) => {
          const excerpt = await excerptWithin(terms, whole, budget, counter);
          expect(counter.count(excerpt)).toBeLessThanOrEqual(budget);
          if (whole.trim() !== "") expect(excerpt).not.toBe("");
          for (const part of excerpt.split(" … ")) expect(spaceless(whole)).toContain(spaceless(part));
        },
      ),
    );
  });

  test("cutting 32 KiB of hostile text leaves the event loop to others", async () => {
    for (const [, text] of hostileTexts(32 * 1024)) {
      let longest = 0;
      let last = performance.now();
      const clock = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 1);
      await excerptWithin(["key", "wheelhouse"], text, 64, counter);
      clearInterval(clock);
      expect(longest).toBeLessThan(500);
    }
  });
});

const spaceless = (text: string): string => text.replaceAll(/\s+/gu, "");

describe("a budget of time", () => {
  const bad: readonly (readonly [string, Json])[] = [
    ["budget_ms", { budget_ms: 4 }],
    ["budget_ms", { budget_ms: 60_001 }],
    ["budget_ms", { budget_ms: 10.5 }],
    ["budget_ms", { budget_ms: "100" }],
    ["budget_tokens", { budget_tokens: 15 }],
    ["budget_tokens", { budget_tokens: 1e9 }],
  ];
  test.each(bad)("refuses a wrong %s: %j", async (field, wrong) => {
    const answer = await service.send("POST", "/v1/recall", { query: "x", namespaces: ["a"], ...wrong });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  test("is no limit for one that has enough", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "the lamp is green" });
    const found = await recall(service, { query: "lamp", namespaces: [namespace], budget_ms: 60_000 });
    expect(contents(found)).toEqual(["the lamp is green"]);
    expect(found.degraded).toEqual([]);
    expect(found.receipt_id).not.toBeNull();
  });

  test("a provider that hangs costs the list by meaning, not the answer", async () => {
    const provider = await startMoodyProvider();
    const own = await provider.serve();
    const namespace = newNamespace();
    await remember(own, namespace, { content: "kept and found by its words" });
    provider.mood = () => true;
    // A share of it is for embedding; the rest has to suffice on a busy machine.
    const found = await recall(own, { query: "kept", namespaces: [namespace], budget_ms: 2000 });
    expect(contents(found)).toEqual(["kept and found by its words"]);
    expect(found.degraded).toEqual(["vector"]);
    const byMeaning = { query: "kept", namespaces: [namespace], budget_ms: 200, mode: "vector" };
    expect(await recall(own, byMeaning)).toMatchObject({ hits: [], degraded: ["vector"], receipt_id: null });
    const path = `/v1/namespaces/${namespace}/sessions/s/context`;
    const context = await own.send("GET", `${path}?query=kept&budget_ms=2000`);
    expect(context).toMatchObject({
      status: 200,
      body: { degraded: ["vector"], pieces: [{ kind: "memory" }] },
    });
  });

  test("a Redis that doesn't answer is not waited for", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const proxy = await startProxy(redis.port);
    onTestFinished(() => proxy.stop());
    const own = await startService({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    onTestFinished(async () => void (await own.kill9()));
    const namespace = newNamespace();
    await remember(own, namespace, { content: "the tide is high" });
    const request = { query: "tide", namespaces: [namespace], budget_ms: 300 };
    await until(
      () => recall(own, request),
      ({ hits }) => hits.length === 1,
    );
    proxy.freeze();
    const found = await recall(own, request);
    expect(found).toMatchObject({ hits: [], answerable: false, receipt_id: null });
    expect(found.degraded.length).toBeGreaterThan(0);
    proxy.thaw();
    await until(
      () => recall(own, { ...request, budget_ms: 5000 }),
      ({ hits }) => hits.length === 1,
    );
  });
});
