import { join } from "node:path";
import { createClient } from "redis";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { mayBeOpen } from "../../src/compose/access.js";
import { loadConfig } from "../../src/config.js";
import { freePort } from "../../scripts/redis/server/free-port.js";
import { ask } from "../../scripts/redis/server/launch.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { newNamespace, post, recall, remember } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { Overrides } from "../support/service/service.js";
import { failingStart, startService } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

test("every wrong variable is named at once, none of their values is shown", async () => {
  const { code, output } = await failingStart({
    REDIS_URL: "http://secret-redis",
    PORT: "70000",
    LOG_LEVEL: "loud",
    MNEME_KEY_PREFIX: "a:b",
    MNEME_EMBEDDER: "magic",
    MNEME_REDIS_TIMEOUT_MS: "soon",
    MNEME_TTL_EPISODIC_SECONDS: "-5",
    MNEME_TTL_SEMANTIC_SECONDS: "315360001",
    MNEME_EMBEDDING_DIMENSIONS: "3.5",
    OPENAI_BASE_URL: "secret-provider",
    MNEME_ALLOW_ANONYMOUS: "yes",
    MNEME_PII_SWEEP_SECONDS: "59",
  });
  expect(code).toBe(1);
  for (const name of [
    "REDIS_URL",
    "PORT",
    "LOG_LEVEL",
    "MNEME_KEY_PREFIX",
    "MNEME_EMBEDDER",
    "MNEME_REDIS_TIMEOUT_MS",
    "MNEME_TTL_EPISODIC_SECONDS",
    "MNEME_TTL_SEMANTIC_SECONDS",
    "MNEME_EMBEDDING_DIMENSIONS",
    "OPENAI_BASE_URL",
    "MNEME_ALLOW_ANONYMOUS",
    "MNEME_PII_SWEEP_SECONDS",
  ]) {
    expect(output).toContain(`${name}:`);
  }
  expect(output).not.toMatch(/secret|\bat .*\.js/);
});

test.each([
  ["REDIS_URL", { REDIS_URL: undefined }],
  ["MNEME_MODEL_DIR", { MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: undefined }],
  ["OPENAI_API_KEY", { MNEME_EMBEDDER: "openai" }],
  ["OPENAI_API_KEY", { MNEME_LLM: "openai" }],
])("a missing %s is said", async (name, env) => {
  const { code, output } = await failingStart(env);
  expect(code).toBe(1);
  expect(output).toContain(`${name}:`);
});

test.each(["0.0.0.0", "::", "192.168.1.1", "example.org"])(
  "without keys, %s isn't an address at which anyone may come, unless that is allowed by name",
  (HOST) => {
    const env = { REDIS_URL: "redis://127.0.0.1", MNEME_EMBEDDER: "none", HOST };
    expect(mayBeOpen(loadConfig(env))).toBe(false);
    expect(mayBeOpen(loadConfig({ ...env, MNEME_ALLOW_ANONYMOUS: "1" }))).toBe(true);
    expect(mayBeOpen(loadConfig({ ...env, HOST: "127.0.0.1" }))).toBe(true);
  },
);

test("the service can listen on all interfaces; an empty variable counts as not set", async () => {
  const service = await startService({
    HOST: "0.0.0.0",
    MNEME_ALLOW_ANONYMOUS: "1",
    LOG_LEVEL: "",
    OPENAI_BASE_URL: "",
  });
  expect(service.url).toContain("0.0.0.0");
  expect((await service.send("GET", "/readyz")).status).toBe(200);
  expect(await service.stop()).toBe(0);
});

test("a Redis that isn't there is said, with its address and without its password", async () => {
  const port = await freePort();
  const { code, output } = await failingStart({ REDIS_URL: `redis://user:secret-word@127.0.0.1:${port}` });
  expect(code).toBe(1);
  expect(output).toContain(`127.0.0.1:${port}`);
  expect(output).not.toContain("secret-word");
});

describe("what the one who starts it can mend is said without a stack:", () => {
  async function complaint(overrides: Overrides): Promise<string> {
    const { code, output } = await failingStart(overrides);
    expect(code).toBe(1);
    expect(output).not.toMatch(/^ +at /m);
    return output;
  }

  test("a port that is taken", async () => {
    const first = await startService();
    const { port } = new URL(first.url);
    const output = await complaint({ PORT: port });
    expect(output).toContain(`127.0.0.1:${port}`);
    expect(output).toContain("PORT");
    await first.stop();
  });

  test("a model folder without the model", async () => {
    const folder = tempDir();
    const output = await complaint({ MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: folder });
    for (const text of ["MNEME_MODEL_DIR", join(folder, "model.onnx"), join(folder, "tokenizer.json")])
      expect(output).toContain(text);
  });

  test("a model whose dimensions are unknown", async () => {
    const openai = { MNEME_EMBEDDER: "openai", OPENAI_API_KEY: "key", MNEME_EMBEDDING_MODEL: "their-own" };
    expect(await complaint(openai)).toContain("MNEME_EMBEDDING_DIMENSIONS");
  });

  test("a Redis without search and JSON", async ({ skip }) => {
    const plain = await startRedis({ modules: false });
    onTestFinished(() => plain.stop());
    if ((await ask({ url: plain.url })).unfit === undefined) skip("they are built into this Redis");
    expect(await complaint({ REDIS_URL: plain.url })).toContain("no search and no JSON");
  });

  test("a wrong or a missing password; the right one is taken", async () => {
    const redis = await startRedis();
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.configSet("requirepass", "right/word");
    onTestFinished(async () => {
      await admin.configSet("requirepass", "");
      admin.destroy();
      await redis.stop();
    });
    const withPassword = (password: string) => redis.url.replace("//", `//:${encodeURIComponent(password)}@`);
    const wrong = await complaint({ REDIS_URL: withPassword("wrong-word") });
    expect(wrong).toContain("WRONGPASS");
    expect(wrong).not.toContain("wrong-word");
    expect(await complaint({ REDIS_URL: redis.url })).toContain("user:password@");
    const service = await startService({ REDIS_URL: withPassword("right/word") });
    expect((await service.send("GET", "/readyz")).status).toBe(200);
    await service.stop();
  });
});

test("of two services with different models that start at once, the store takes one's; the other serves by words", async () => {
  const prefix = `t${newNamespace().slice(2, 10)}`;
  const provider = await startFakeOpenAI(64);
  const services = await Promise.all(
    ["one", "two"].map((model) =>
      startService({
        MNEME_KEY_PREFIX: prefix,
        MNEME_EMBEDDER: "openai",
        OPENAI_API_KEY: "test",
        OPENAI_BASE_URL: provider.baseURL,
        MNEME_EMBEDDING_MODEL: model,
        MNEME_EMBEDDING_DIMENSIONS: "64",
      }),
    ),
  );
  const states = await Promise.all(services.map((each) => each.send("GET", "/readyz")));
  const embedders = states.map(
    ({ body }) => (body as { embedder: { model: string; reason?: string } }).embedder,
  );
  expect(new Set(embedders.map(({ model }) => model)).size).toBe(1);
  expect(embedders.map(({ reason = "" }) => reason).toSorted()).toEqual(["", "model_differs"]);
  const [active = ""] = embedders.map(({ model }) => model);
  const other = active === "one-64" ? "two-64" : "one-64";
  const warned = services.filter((each) => each.logs().includes('"reason":"model_differs"'));
  expect(warned).toHaveLength(1);
  const logs = (warned[0]?.logs() ?? "").split("\n");
  const differs = `the stored vectors are of the model ${active}, but ${other} is configured`;
  expect(logs.filter((line) => line.includes('"reason":"model_differs"'))).toEqual([
    expect.stringContaining(differs),
  ]);
  expect(logs.find((line) => line.includes('"serving"'))).toContain(`none (keyword only: ${differs})`);
  for (const service of services) await service.stop();
  await provider.close();
});

test("without an embedder it works by keyword, and says so in every recall", async () => {
  const service = await startService({ MNEME_EMBEDDER: "none" });
  const namespace = newNamespace();
  await remember(service, namespace, { content: "keyword only" });
  const { hits, degraded } = await recall(service, { query: "keyword", namespaces: [namespace] });
  expect(hits).toHaveLength(1);
  expect(degraded).toEqual(["vector"]);
  expect(
    (await recall(service, { query: "keyword", namespaces: [namespace], mode: "keyword" })).degraded,
  ).toEqual([]);
  expect(await post(service, namespace, { content: "x", embedding: [1] })).toMatchObject({ status: 422 });
  await service.stop();
});

test("the logs are JSON with a request's id, route and status, and hold nothing that a caller wrote", async () => {
  const service = await startService({ LOG_LEVEL: "trace", MNEME_EMBEDDER: "local" });
  const namespace = `private${newNamespace().slice(2, 10)}`;
  const secrets = {
    content: "secretcontent",
    agent_id: "secretagent",
    tags: ["secrettag"],
    metadata: { secretkey: "secretvalue" },
  };
  const memory = await remember(service, namespace, secrets);
  await recall(service, { query: "secretquery", namespaces: [namespace], filter: { tags: ["secrettag"] } });
  await post(service, namespace, { content: 1, secretfield: "secretcontent" });
  await service.send("POST", "/v1/recall", undefined, { raw: '{"query":"secretcontent' });
  await service.send(
    "GET",
    `/v1/namespaces/${namespace}/memories?agent_id=secretagent&cursor=secretcursor`,
    undefined,
    {
      headers: { "x-request-id": "request-7", authorization: "Bearer secrettoken" },
    },
  );
  await service.stop();
  const logs = service.logs();
  const lines = logs
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual(
    expect.objectContaining({
      msg: "request",
      request_id: "request-7",
      method: "GET",
      status: 400,
      code: "invalid_request",
    }),
  );
  expect(logs).not.toMatch(/secret/);
  for (const text of [namespace, memory.id]) expect(logs).not.toContain(text);
  // As a number of its own: a time may hold the same digits by chance.
  const { port } = new URL(inject("redisUrl"));
  expect(logs).not.toMatch(new RegExp(String.raw`(?<![\d.])${port}(?!\d)`));
});
