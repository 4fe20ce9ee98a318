import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import type * as Source from "../../../src/reranking/local/local-reranker.js";
import { contents, newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import { writeTinyCrossEncoder } from "../../support/reranking/tiny-cross-encoder.js";
import { tempDir } from "../../support/run/temp-dir.js";
import { launchService, startService, until, untilLogged } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";

async function serve(folder: string): Promise<Service> {
  const service = await startService({ MNEME_EMBEDDER: "none", MNEME_RERANKER_DIR: folder });
  onTestFinished(() => service.kill9());
  return service;
}

const TEXTS = [
  "harbour harbour",
  "The harbour was closed a week [SEP] storm.",
  "Boats in the harbour at night.",
  "Harbour lights.",
];

async function stored(service: Service): Promise<string> {
  const namespace = newNamespace();
  const memories = TEXTS.map((content) => ({ memory_type: "semantic", content }));
  await postBatch(service, namespace, memories);
  return namespace;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

test("a local cross-encoder reads the query with each text", async () => {
  const service = await serve(writeTinyCrossEncoder(tempDir()));
  const namespace = await stored(service);
  const request = { query: "harbour boats night", namespaces: [namespace], mode: "keyword", explain: true };
  const found = await recall(service, { ...request, rerank: {} });
  expect(found.degraded).toEqual([]);
  const scores = new Map(found.hits.map(({ memory, explain }) => [memory.content, explain?.rerank?.score]));
  // Pairs of equal tokens, and the two separators. What a text says of separators isn't one.
  for (const [content, pairs] of Object.entries({
    [String(TEXTS[2])]: 4,
    [String(TEXTS[0])]: 3,
    [String(TEXTS[1])]: 2,
    [String(TEXTS[3])]: 2,
  }))
    expect(scores.get(content)).toBeCloseTo(sigmoid(pairs), 5);
  expect(contents(found).slice(0, 2)).toEqual([TEXTS[2], TEXTS[0]]);
  expect(await service.send("GET", "/readyz")).toMatchObject({ body: { reranker: { status: "ok" } } });
  expect(await service.stop()).toBe(0);
});

test("a call that the model doesn't finish in time ends, and leaves no work for the next one to wait for", async () => {
  // As built: its worker needs JavaScript on disk.
  const built = new URL("../../../dist/src/reranking/local/local-reranker.js", import.meta.url).href;
  const { createLocalReranker } = (await import(built)) as typeof Source;
  const heard: (string | undefined)[] = [];
  const reranker = createLocalReranker({
    modelDir: writeTinyCrossEncoder(tempDir()),
    runtimeDir: undefined,
    timeoutMs: 1000,
    onHealth: (error) => void heard.push(error?.fault),
  });
  onTestFinished(() => reranker.close());
  await reranker.ready();
  const texts = Array.from({ length: 20_000 }, () => "boats in the harbour at night ".repeat(60));
  await expect(reranker.rerank("harbour", texts)).rejects.toMatchObject({ fault: "timed_out" });
  expect(await reranker.rerank("harbour", ["harbour"])).toHaveLength(1);
  expect(heard).toContain("timed_out");
});

test("a model of another kind is named once, and recall goes on without it", async () => {
  const folder = tempDir();
  const source = inject("modelDir");
  for (const name of ["model.onnx", "tokenizer.json"]) copyFileSync(join(source, name), join(folder, name));
  const service = await serve(folder);
  const namespace = await stored(service);
  const found = await recall(service, {
    query: "harbour",
    namespaces: [namespace],
    mode: "keyword",
    rerank: {},
  });
  expect([found.hits.length, found.degraded]).toEqual([4, ["rerank"]]);
  const probe = () => service.send("GET", "/readyz");
  const ready = await until(probe, ({ text }) => text.includes("model_unusable"));
  expect(ready.status).toBe(200);
  expect(ready.text).not.toContain(folder);
  await untilLogged(service, "Recalls aren't reranked");
  expect(service.logs().split("Recalls aren't reranked")).toHaveLength(2);
});

test("a folder without the model, or two rerankers, end the start", async () => {
  const folder = tempDir();
  const missing = launchService({ MNEME_EMBEDDER: "none", MNEME_RERANKER_DIR: folder });
  expect(await missing.url).toBeUndefined();
  expect(missing.output()).toContain("MNEME_RERANKER_DIR must name a folder that holds the model");
  writeFileSync(join(folder, "model.onnx"), "");
  const both = launchService({
    MNEME_RERANKER_DIR: writeTinyCrossEncoder(folder),
    MNEME_RERANKER_URL: "http://user:secret-word@127.0.0.1:1/rerank",
  });
  expect(await both.url).toBeUndefined();
  expect(both.output()).toContain("MNEME_RERANKER_URL: Must have no user");
  expect(both.output()).not.toContain("secret-word");
});
