import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "redis";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { answer } from "../support/embeddings/fake-openai.js";
import { newNamespace, pathOf, postBatch, read, recall, remember } from "../support/acts/memories.js";
import type { Mood } from "../support/embeddings/flaky-provider.js";
import { failing, refusing, startMoodyProvider, well } from "../support/embeddings/flaky-provider.js";
import { tempDir } from "../support/run/temp-dir.js";
import type { Answer } from "../support/service/answer.js";
import { startService, until, untilLogged } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

describe("a provider that is away", () => {
  test.each<[string, Mood]>([
    ["fails", failing],
    ["hangs", () => true],
    ["cuts the connection", (_, response) => Boolean(response.destroy())],
    ["limits the rate", (_, response) => answer(response, 429, {}, { "retry-after": "60" })],
    ["rejects the key", (_, response) => answer(response, 401, { error: { message: "sk-secret" } })],
    ["talks nonsense", (_, response) => answer(response, 200, "<html>")],
  ])("and %s loses no memory: stored, found by keyword, said to be degraded", async (_name, mood) => {
    const provider = await startMoodyProvider();
    // Short for the one that hangs; whoever counts requests keeps the usual one, that a busy machine doesn't reach.
    const service = await provider.serve({ MNEME_EMBEDDING_TIMEOUT_MS: "500" });
    provider.mood = mood;
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "kept without a vector" });
    expect(memory.embedding).toEqual({ status: "pending", model: null });
    const { hits, degraded } = await recall(service, { query: "kept", namespaces: [namespace] });
    expect(hits.map((hit) => hit.memory.id)).toEqual([memory.id]);
    expect(hits[0]?.ranks).toMatchObject({ vector: null });
    expect(degraded).toEqual(["vector"]);
    const byKeyword = await recall(service, { query: "kept", namespaces: [namespace], mode: "keyword" });
    expect(byKeyword.degraded).toEqual([]);
    const byVector = await service.send("POST", "/v1/recall", {
      query: "kept",
      namespaces: [namespace],
      mode: "vector",
    });
    expect(byVector).toMatchObject({ status: 503, body: { code: "embedder_unavailable" } });
    expect(byVector.headers.get("retry-after")).toMatch(/^[1-9]/);
    expect(await service.send("GET", "/readyz")).toMatchObject({
      status: 200,
      body: { ready: true, redis: { status: "ok" }, embedder: { status: "degraded" } },
    });
    expect(service.logs()).not.toContain("sk-secret");
  });
});

const embedderIn = ({ body }: Answer) =>
  (body as { embedder: { status: string; reason?: string; detail?: string } }).embedder;

const linesWith = (service: Service, text: string): number =>
  service
    .logs()
    .split("\n")
    .filter((line) => line.includes(text)).length;

describe("an embedder that can't work", () => {
  test("is named once in the log, in /readyz and in the metrics, and so is its end", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    const fault = async () => (await service.send("GET", "/metrics")).text.includes("mneme_embedder_fault{");
    expect(await fault()).toBe(false);
    provider.mood = (_, response) => answer(response, 401, { error: { message: "sk-secret" } });
    const namespace = newNamespace();
    for (let turn = 0; turn < 5; turn++) await remember(service, namespace, { content: `Note ${turn}.` });
    const probe = () => service.send("GET", "/readyz");
    const told = embedderIn(await until(probe, (found) => embedderIn(found).reason !== undefined));
    expect(told).toMatchObject({ status: "degraded", reason: "key_rejected" });
    expect(told.detail).toContain("OPENAI_API_KEY");
    expect((await service.send("GET", "/metrics")).text).toContain(
      'mneme_embedder_fault{reason="key_rejected"} 1',
    );
    provider.mood = well;
    await until(probe, (found) => embedderIn(found).status === "ok");
    await until(
      async () => linesWith(service, "The embedder works again"),
      (lines) => lines > 0,
    );
    expect(linesWith(service, "No text can be embedded")).toBe(1);
    expect(linesWith(service, "The embedder works again")).toBe(1);
    expect(service.logs()).not.toContain("sk-secret");
    expect(await fault()).toBe(false);
  });

  test("that hangs costs a write one time-out at most, and the next write none", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve({ MNEME_EMBEDDING_TIMEOUT_MS: "1000" });
    provider.mood = () => true;
    const namespace = newNamespace();
    for (const content of ["The first note.", "The second note."]) {
      expect((await remember(service, namespace, { content })).embedding.status).toBe("pending");
      expect(
        provider.requests.filter(({ input }) => input.some((text) => text.endsWith("note."))).length,
      ).toBe(1);
    }
    expect(embedderIn(await service.send("GET", "/readyz"))).toMatchObject({ reason: "timed_out" });
  });

  test("because its model file is cut short is named once, without the path to strangers", async () => {
    const folder = tempDir();
    const source = inject("modelDir");
    copyFileSync(join(source, "tokenizer.json"), join(folder, "tokenizer.json"));
    writeFileSync(join(folder, "model.onnx"), readFileSync(join(source, "model.onnx")).subarray(0, 100_000));
    const service = await startService({ MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: folder });
    onTestFinished(() => service.kill9());
    const memory = await remember(service, newNamespace(), { content: "kept without a vector" });
    expect(memory.embedding.status).toBe("pending");
    const probe = () => service.send("GET", "/readyz");
    const found = await until(probe, (each) => embedderIn(each).reason === "model_unusable");
    expect(found.status).toBe(200);
    expect(found.text).not.toContain(folder);
    await until(
      async () => linesWith(service, "model_unusable"),
      (lines) => lines > 0,
    );
    await untilLogged(service, join(folder, "model.onnx"));
    expect(linesWith(service, "model_unusable")).toBe(1);
  });
});

describe("a content that the provider refuses", () => {
  test("ends as refused, is found by keyword, and delays no other content", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    provider.mood = refusing("forbidden");
    const namespace = newNamespace();
    const results = await postBatch(service, namespace, [
      { content: "an allowed sentence", memory_type: "semantic" },
      { content: "a forbidden sentence", memory_type: "semantic" },
      { content: "another allowed sentence", memory_type: "semantic" },
    ]);
    expect(results.map(({ memory }) => memory?.embedding.status)).toEqual([
      "complete",
      "refused",
      "complete",
    ]);
    const { hits, degraded } = await recall(service, {
      query: "forbidden",
      namespaces: [namespace],
      mode: "keyword",
    });
    expect(hits.map(({ memory }) => memory.content)).toEqual(["a forbidden sentence"]);
    expect(degraded).toEqual([]);
    expect(await service.send("GET", "/readyz")).toMatchObject({ body: { embedder: { status: "ok" } } });
  });

  test("only in its middle keeps the vectors it has, and leaves none behind when it is deleted", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    provider.mood = refusing("forbidden");
    const namespace = newNamespace();
    const content = `${"An allowed sentence. ".repeat(200)}A forbidden one.`;
    const memory = await remember(service, namespace, { content });
    expect(memory.embedding.status).toBe("partial");
    const refused = await until(
      () => read(service, memory),
      ({ embedding }) => embedding.status === "refused",
    );
    expect(refused.embedding.model).toBe(memory.embedding.model);
    const redis = createClient({ url: inject("redisUrl") });
    await redis.connect();
    const vectors = () => redis.keys(`${service.prefix}:vec:*${memory.id}*`);
    expect(await vectors()).toHaveLength(1);
    expect(await service.send("DELETE", pathOf(memory))).toMatchObject({ status: 204 });
    expect(await vectors()).toEqual([]);
    redis.destroy();
  });

  test("as a query is answered by keyword, and said to be degraded", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    provider.mood = refusing("forbidden");
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "something forbidden" });
    const { hits, degraded } = await recall(service, { query: "forbidden", namespaces: [namespace] });
    expect(hits.map((hit) => hit.memory.id)).toEqual([memory.id]);
    expect(degraded).toEqual(["vector"]);
  });

  test("may be revised to one that it takes", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    provider.mood = refusing("forbidden");
    const memory = await remember(service, newNamespace(), { content: "forbidden" });
    expect(memory.embedding.status).toBe("refused");
    await service.send("PATCH", `/v1/namespaces/${memory.namespace}/memories/${memory.id}`, {
      content: "allowed",
    });
    expect((await read(service, memory)).embedding.status).toBe("complete");
  });
});

describe("a provider that refuses every text", () => {
  const everything: Mood = (_, response) =>
    answer(response, 400, { error: { message: "no such deployment" } });

  test("leaves memories pending, and embeds them once it is configured rightly", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    provider.mood = everything;
    const namespace = newNamespace();
    const one = await remember(service, namespace, { content: "a memory by itself" });
    const results = await postBatch(service, namespace, [
      { content: "the first of two", memory_type: "semantic" },
      { content: "the second of two", memory_type: "semantic" },
    ]);
    const memories = [one, ...results.flatMap(({ memory }) => (memory === undefined ? [] : [memory]))];
    expect(memories.map(({ embedding }) => embedding.status)).toEqual(["pending", "pending", "pending"]);
    expect(await service.send("GET", "/readyz")).toMatchObject({
      body: { embedder: { status: "degraded" } },
    });
    provider.mood = well;
    for (const memory of memories) {
      await until(
        () => read(service, memory),
        ({ embedding }) => embedding.status === "complete",
      );
    }
  });

  test("of a batch, though it takes others, is tried again for each text by itself", async () => {
    const provider = await startMoodyProvider();
    const service = await provider.serve();
    provider.mood = refusing("forbidden");
    const results = await postBatch(service, newNamespace(), [
      { content: "forbidden one", memory_type: "semantic" },
      { content: "forbidden two", memory_type: "semantic" },
    ]);
    expect(results.map(({ memory }) => memory?.embedding.status)).toEqual(["pending", "pending"]);
  });
});

test("what a provider refused is embedded after a restart, when it takes it", async () => {
  const provider = await startMoodyProvider();
  const service = await provider.serve();
  provider.mood = refusing("forbidden");
  const memory = await remember(service, newNamespace(), { content: "a forbidden sentence" });
  expect(memory.embedding.status).toBe("refused");
  await service.stop();
  provider.mood = well;
  const again = await provider.serve({ MNEME_KEY_PREFIX: service.prefix });
  await until(
    () => read(again, memory),
    ({ embedding }) => embedding.status === "complete",
  );
});

test("a text is embedded once in its namespace: again, and by another process, it comes from the cache", async () => {
  const provider = await startMoodyProvider();
  const first = await provider.serve();
  const content = "asked for once";
  const namespace = newNamespace();
  await remember(first, namespace, { content });
  expect(provider.asked(content)).toBe(1);
  const second = await provider.serve({ MNEME_KEY_PREFIX: first.prefix });
  const memory = await remember(second, namespace, { content, memory_type: "episodic" });
  expect(memory.embedding.status).toBe("complete");
  expect(provider.asked(content)).toBe(1);
  const query = "a query asked for once";
  for (const service of [first, first, second])
    await recall(service, { query, namespaces: [memory.namespace] });
  expect(provider.asked(query)).toBe(1);
});

test("what is in the cache works while the provider is away", async () => {
  const provider = await startMoodyProvider();
  const service = await provider.serve();
  const content = "known before the fall";
  const namespace = newNamespace();
  await remember(service, namespace, { content });
  await recall(service, { query: content, namespaces: [namespace] });
  provider.mood = failing;
  expect((await recall(service, { query: content, namespaces: [namespace] })).degraded).toEqual([]);
  const again = await remember(service, namespace, { content, memory_type: "episodic" });
  expect(again.embedding.status).toBe("complete");
});
