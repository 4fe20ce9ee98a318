import { expect, onTestFinished, test } from "vitest";
import { bodyOf, contents, newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { as, createKey, keyFor } from "../../support/acts/access.js";
import { connectHttp } from "../../support/mcp-clients.js";
import { cohere, json, startFakeReranker } from "../../support/reranking/fake-reranker.js";
import type { FakeReranker, RerankMood } from "../../support/reranking/fake-reranker.js";
import { startService, until, untilLogged } from "../../support/service/service.js";
import type { Overrides, Service } from "../../support/service/service.js";

async function serve(fake: FakeReranker | undefined, overrides: Overrides = {}): Promise<Service> {
  const service = await startService({
    MNEME_EMBEDDER: "none",
    ...(fake === undefined ? {} : { MNEME_RERANKER_URL: fake.url }),
    ...overrides,
  });
  onTestFinished(() => service.kill9());
  return service;
}

/** Words rank them from first to last; the reranker sees it the other way round. */
const TEXTS = [
  "harbour harbour harbour",
  "harbour harbour lights!",
  "harbour at night, with boats!!",
  "The harbour was closed for a week because of a storm from the north!!!",
];
const FUSED = TEXTS;
const RERANKED = TEXTS.toReversed();

async function stored(service: Service, texts: readonly string[] = TEXTS): Promise<string> {
  const namespace = newNamespace();
  const memories = texts.map((content) => ({ memory_type: "semantic", content }));
  await postBatch(service, namespace, memories);
  return namespace;
}

const ask = (namespace: string, more: Json = {}): Json => ({
  query: "harbour",
  namespaces: [namespace],
  mode: "keyword",
  rerank: {},
  ...more,
});

test("a reranker orders the first hits, and the receipt and the explanation say so", async () => {
  const fake = await startFakeReranker();
  const service = await serve(fake, {
    MNEME_RERANKER_MODEL: "judge-1",
    MNEME_RERANKER_API_KEY: "secret-key",
  });
  const namespace = await stored(service);
  expect(contents(await recall(service, ask(namespace, { rerank: undefined })))).toEqual(FUSED);
  expect(fake.requests).toEqual([]);
  const found = await recall(service, ask(namespace, { explain: true }));
  expect(contents(found)).toEqual(RERANKED);
  expect(found.degraded).toEqual([]);
  expect(found.hits.map(({ explain }) => explain?.rerank)).toEqual([
    { score: 0.04, from: 4 },
    { score: 0.03, from: 3 },
    { score: 0.02, from: 2 },
    { score: 0.01, from: 1 },
  ]);
  expect(fake.requests).toMatchObject([
    {
      headers: { authorization: "Bearer secret-key" },
      body: { model: "judge-1", query: "harbour", documents: FUSED },
    },
  ]);
  const receipt = bodyOf<{ rerank: unknown; hits: { rerank: number | null }[] }>(
    await service.send("GET", `/v1/receipts/${found.receipt_id}`),
    200,
  );
  expect(receipt).toMatchObject({ rerank: { depth: 20 } });
  expect(receipt.hits.map(({ rerank }) => rerank)).toEqual([0.04, 0.03, 0.02, 0.01]);
  const replay = await service.send("POST", `/v1/receipts/${found.receipt_id}/replay`);
  expect(replay).toMatchObject({ status: 200, body: { changes: { gone: [], added: [], revised: [] } } });
  expect(fake.requests).toHaveLength(2);
});

test("the depth bounds what the reranker reads, and brings up hits beyond the limit", async () => {
  const fake = await startFakeReranker();
  const service = await serve(fake);
  const long = `harbour! ${"Nothing else was said of it that day. ".repeat(800)}`;
  const namespace = await stored(service, [...TEXTS, long]);
  const found = await recall(service, ask(namespace, { limit: 2, rerank: { depth: 4 } }));
  expect(contents(found)).toEqual(RERANKED.slice(0, 2));
  expect(fake.requests.at(-1)?.texts).toEqual(FUSED);
  expect(contents(await recall(service, ask(namespace, { rerank: { depth: 2 } })))).toEqual([
    ...FUSED.slice(0, 2).toReversed(),
    ...FUSED.slice(2),
    long,
  ]);
  await recall(service, ask(namespace));
  expect(Math.max(...(fake.requests.at(-1)?.texts ?? []).map(({ length }) => length))).toBeLessThanOrEqual(
    2000,
  );
  // The sentence that holds the query's word is among what is sent of a long text.
  expect(fake.requests.at(-1)?.texts.at(-1)).toContain("harbour");
  await recall(service, ask(namespace, { query: `${"harbour ".repeat(1000)}` }));
  expect(String(fake.requests.at(-1)?.body["query"]).length).toBeLessThanOrEqual(2000);
});

test.each<[string, RerankMood]>([
  [
    "text-embeddings-inference",
    (response, scores) =>
      json(
        response,
        scores.map((score, index) => ({ index, score })),
      ),
  ],
  [
    "Voyage",
    (response, scores) =>
      json(response, { data: scores.map((relevance_score, index) => ({ index, relevance_score })) }),
  ],
])("the reply of %s is read", async (_, mood) => {
  const fake = await startFakeReranker(mood);
  const service = await serve(fake, { MNEME_RERANKER_FORMAT: "tei" });
  const namespace = await stored(service);
  expect(contents(await recall(service, ask(namespace)))).toEqual(RERANKED);
  expect(fake.requests[0]?.body).toEqual({ query: "harbour", texts: FUSED, truncate: true });
});

const results =
  (of: (scores: readonly number[]) => readonly unknown[]): RerankMood =>
  (response, scores) =>
    json(response, { results: of(scores) });

const HOSTILE: readonly (readonly [name: string, reason: string, mood: RerankMood])[] = [
  [
    "names a text that wasn't sent",
    "malformed_reply",
    results((scores) => scores.map((score, index) => ({ index: index + 1, score }))),
  ],
  [
    "names a text twice",
    "malformed_reply",
    results((scores) => scores.map((score) => ({ index: 0, score }))),
  ],
  [
    "leaves one out",
    "malformed_reply",
    results((scores) => scores.slice(1).map((score, index) => ({ index, score }))),
  ],
  [
    "gives no number",
    "malformed_reply",
    results((scores) => scores.map((_, index) => ({ index, score: "NaN" }))),
  ],
  [
    "gives null",
    "malformed_reply",
    results((scores) => scores.map((_, index) => ({ index, relevance_score: null }))),
  ],
  [
    "gives 1e999",
    "malformed_reply",
    (response, scores) =>
      void response.end(`[${scores.map((_, index) => `{"index":${index},"score":1e999}`).join()}]`),
  ],
  [
    "gives an index of __proto__",
    "malformed_reply",
    results((scores) => scores.map((score) => ({ index: "__proto__", score }))),
  ],
  ["talks nonsense", "malformed_reply", (response) => void response.end("<html>")],
  [
    "sends 100 MB",
    "malformed_reply",
    (response) => {
      const part = Buffer.alloc(1 << 20, " ");
      let sent = 0;
      const more = (): void => {
        while (sent++ < 100) if (!response.write(part)) return void response.once("drain", more);
        response.end();
      };
      more();
    },
  ],
  ["fails", "provider_failed", (response) => json(response, { error: "harbour at night" }, 500)],
  ["rejects the key", "key_rejected", (response) => json(response, { error: "secret-key" }, 401)],
  ["rejects the call", "configuration_rejected", (response) => json(response, {}, 422)],
  [
    "sends elsewhere",
    "configuration_rejected",
    (response) => {
      response.writeHead(307, { location: "/elsewhere" });
      response.end();
    },
  ],
  ["cuts the connection", "unreachable", (response) => void response.destroy()],
  ["hangs", "timed_out", () => {}],
];

test("a reranker that fails, hangs or sends something else changes no order", async () => {
  const fake = await startFakeReranker();
  const service = await serve(fake, {
    MNEME_RERANKER_API_KEY: "secret-key",
    MNEME_RERANKER_TIMEOUT_MS: "1500",
  });
  const namespace = await stored(service);
  for (const [name, reason, mood] of HOSTILE) {
    fake.mood = mood;
    const found = await recall(service, ask(namespace));
    expect({ name, order: contents(found), degraded: found.degraded }).toEqual({
      name,
      order: FUSED,
      degraded: ["rerank"],
    });
    const fault = (): Promise<string> =>
      service.send("GET", "/readyz").then(({ body }) => JSON.stringify(body));
    expect(await until(fault, (body) => body.includes(`"reason":"${reason}"`))).toContain('"ready":true');
    expect((await service.send("GET", "/metrics")).text).toContain(
      `mneme_reranker_fault{reason="${reason}"} 1`,
    );
    fake.mood = cohere;
    if (reason !== "timed_out") expect(contents(await recall(service, ask(namespace)))).toEqual(RERANKED);
  }
  expect(service.logs()).not.toMatch(/secret-key|harbour/);
});

test("an outage is logged once, costs one time-out, and ends by itself", async () => {
  const fake = await startFakeReranker(() => {});
  const service = await serve(fake, { MNEME_RERANKER_TIMEOUT_MS: "500" });
  const namespace = await stored(service);
  for (let turn = 0; turn < 4; turn++)
    expect((await recall(service, ask(namespace))).degraded).toEqual(["rerank"]);
  expect(fake.requests).toHaveLength(1);
  fake.mood = cohere;
  const found = await until(
    () => recall(service, ask(namespace)),
    ({ degraded }) => degraded.length === 0,
  );
  expect(contents(found)).toEqual(RERANKED);
  await untilLogged(service, "Recalls aren't reranked", "The reranker works again");
  expect(service.logs().split("Recalls aren't reranked")).toHaveLength(2);
  expect(service.logs().split("The reranker works again")).toHaveLength(2);
  expect(await service.send("GET", "/readyz")).toMatchObject({ body: { reranker: { status: "ok" } } });
});

test("a budget of time doesn't wait for a reranker", async () => {
  const fake = await startFakeReranker(() => {});
  const service = await serve(fake, { MNEME_RERANKER_TIMEOUT_MS: "5000" });
  const namespace = await stored(service);
  const start = performance.now();
  const found = await recall(service, ask(namespace, { budget_ms: 1500 }));
  expect(performance.now() - start).toBeLessThan(4000);
  expect(contents(found)).toEqual(FUSED);
  expect(found.degraded).toContain("rerank");
});

test("without a reranker, the answer says that it isn't reranked", async () => {
  const service = await serve(undefined);
  const namespace = await stored(service);
  const found = await recall(service, ask(namespace));
  expect([contents(found), found.degraded]).toEqual([FUSED, ["rerank"]]);
  expect(await service.send("GET", "/readyz")).toMatchObject({ body: { reranker: { status: "off" } } });
  for (const depth of [0, 101, 1.5])
    expect(await service.send("POST", "/v1/recall", ask(namespace, { rerank: { depth } }))).toMatchObject({
      status: 400,
      body: { errors: [{ field: "rerank.depth" }] },
    });
});

test("contexts and MCP clients can have it too", async () => {
  const fake = await startFakeReranker();
  const service = await serve(fake);
  const namespace = await stored(service);
  const path = `/v1/namespaces/${namespace}/sessions/s/context?query=harbour`;
  const order = async (query: string): Promise<readonly (string | undefined)[]> => {
    const { body } = await service.send("GET", `${path}${query}`);
    const { messages } = body as { messages: { content: string }[] };
    return RERANKED.filter((text) => messages[0]?.content.includes(text)).toSorted(
      (one, other) => Number(messages[0]?.content.indexOf(one)) - Number(messages[0]?.content.indexOf(other)),
    );
  };
  expect(await order("")).toEqual(FUSED);
  expect(await order("&rerank_depth=4")).toEqual(RERANKED);
  const client = await connectHttp({ url: service.url, namespace });
  const called = await client.call("recall", { query: "harbour", rerank_depth: 4 });
  await client.close();
  expect((called.data["memories"] as { content: string }[]).map(({ content }) => content)).toEqual(RERANKED);
});

test("only what the caller may read is sent", async () => {
  const fake = await startFakeReranker();
  const service = await serve(fake);
  const mine = await stored(service);
  await stored(service, ["harbour of another tenant!!!!"]);
  const root = as(service, (await createKey(service)).key);
  const key = await keyFor(root, mine, ["read"]);
  await recall(as(service, key), ask(mine, { namespaces: [mine, "t.**"] }));
  expect(fake.requests.map(({ texts }) => texts)).toEqual([FUSED]);
});
