import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  listAll,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  read,
  recall,
  remember,
} from "../support/acts/memories.js";
import { as, createKey } from "../support/acts/access.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { startService, until, untilReady } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";

let redis: TestRedis;
let service: Service;
beforeEach(async () => {
  redis = await startRedis({ appendonly: true, appendfsync: "always" });
  service = await startService({
    REDIS_URL: redis.url,
    MNEME_EMBEDDER: "local",
    MNEME_REDIS_TIMEOUT_MS: undefined,
  });
});
afterEach(async () => {
  await service.kill9();
  await redis.stop();
});

/** One request of each kind. The time tells a hang from an answer; the promise itself is one second. */
async function everyKind(namespace: string, id: string, content: string): Promise<Answer[]> {
  const options = { signal: AbortSignal.timeout(2_000) };
  return Promise.all([
    post(service, namespace, { content }, options),
    service.send(
      "POST",
      `${memoriesOf(namespace)}/batch`,
      { memories: [{ content, memory_type: "episodic" }] },
      options,
    ),
    service.send(
      "POST",
      `${memoriesOf(namespace)}/batch`,
      {
        memories: Array.from({ length: 100 }, (_, index) => ({
          content: `${content}. It is number ${index} of a hundred that take a while to embed.`,
          memory_type: "semantic",
        })),
      },
      options,
    ),
    service.send("POST", `/v1/namespaces/${namespace}/interactions`, { input: content }, options),
    service.send("GET", pathOf({ namespace, id }), undefined, options),
    service.send("GET", memoriesOf(namespace), undefined, options),
    service.send("PATCH", pathOf({ namespace, id }), { trust_score: 0.5 }, options),
    service.send("POST", "/v1/recall", { query: content, namespaces: [namespace] }, options),
    service.send("POST", "/v1/recall", { query: content, namespaces: [namespace], mode: "keyword" }, options),
    service.send("DELETE", pathOf({ namespace, id }), undefined, options),
  ]);
}

function expectAway(answers: readonly Answer[]): void {
  for (const answer of answers) {
    const failures =
      answer.status === 200
        ? (answer.body as { results: { problem: unknown }[] }).results.map(({ problem }) => problem)
        : [answer.body];
    for (const failure of nonEmpty(failures))
      expect(failure).toMatchObject({ status: 503, code: "redis_unavailable" });
    if (answer.status === 503) expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  }
}

const ready = () => untilReady(service);

describe("while Redis is away", () => {
  test("stopped: every request is answered 503 at once, and all works when it goes on", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "before" });
    expect((await service.send("GET", "/metrics")).status).toBe(200);
    process.kill(redis.pid, "SIGSTOP");
    try {
      expectAway(await everyKind(namespace, memory.id, "meanwhile"));
      const probe = await service.send("GET", "/readyz", undefined, { signal: AbortSignal.timeout(2_000) });
      expect(probe).toMatchObject({ status: 503, body: { ready: false, redis: { status: "down" } } });
      expect((await service.send("GET", "/healthz")).status).toBe(200);
      // What is known of keys for five seconds is no longer.
      await sleep(5_500);
      const metrics = await service.send("GET", "/metrics");
      expect(metrics).toMatchObject({ status: 200, text: expect.stringContaining("mneme_redis_up 0") });
      // By now it isn't known any more which model the store uses. The embedder itself is well.
      await sleep(1_000);
      const later = await service.send("GET", "/readyz", undefined, { signal: AbortSignal.timeout(2_000) });
      expect(later.body).toMatchObject({ embedder: { status: "degraded", reason: "redis_unavailable" } });
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await ready();
    expect((await post(service, namespace, { content: "after" })).status).toBe(201);
  });

  test("killed: every request is answered 503 at once, and nothing refused is done later", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "before" });
    await redis.kill9();
    await until(
      () => service.send("GET", pathOf(memory)),
      ({ status }) => status === 503,
    );
    expectAway(await everyKind(namespace, memory.id, "refused"));
    expect(await service.send("GET", "/readyz")).toMatchObject({
      status: 503,
      body: { redis: { status: "down" } },
    });
    await redis.restart();
    await ready();
    expect(await read(service, memory)).toMatchObject(memory);
    expect((await listAll(service, namespace)).map(({ content }) => content)).toEqual(["before"]);
    const { hits, degraded } = await recall(service, { query: "before", namespaces: [namespace] });
    expect(hits.map((hit) => hit.memory.id)).toEqual([memory.id]);
    expect(degraded).toEqual([]);
  });
});

describe("when somebody", () => {
  async function command(...words: string[]): Promise<void> {
    const client = createClient({ url: redis.url });
    await client.connect();
    await client.sendCommand(words);
    client.destroy();
  }

  test("flushes Redis, the service goes on with an empty one", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "flushed" });
    await command("FLUSHALL");
    expect(await service.send("GET", pathOf(memory))).toMatchObject({ status: 404 });
    await ready();
    expect(await listAll(service, namespace)).toEqual([]);
    const again = await remember(service, namespace, { content: "flushed" });
    expect(again.id).not.toBe(memory.id);
    const { hits } = await recall(service, { query: "flushed", namespaces: [namespace] });
    expect(hits.map((hit) => hit.memory.id)).toEqual([again.id]);
    expect(hits[0]?.ranks).toEqual({ keyword: 1, vector: 1 });
  });

  test("drops the indexes, they are made again and filled", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "still there" });
    const client = createClient({ url: redis.url });
    await client.connect();
    for (const index of (await client.sendCommand(["FT._LIST"])) as unknown as string[]) {
      await client.sendCommand(["FT.DROPINDEX", index]);
    }
    client.destroy();
    const first = await service.send("POST", "/v1/recall", { query: "still there", namespaces: [namespace] });
    expect([200, 503]).toContain(first.status);
    await until(
      () => service.send("POST", "/v1/recall", { query: "still there", namespaces: [namespace] }),
      ({ status, body }) => status === 200 && (body as { hits: { ranks: unknown }[] }).hits.length === 1,
    );
    expect((await listAll(service, namespace)).map(({ id }) => id)).toEqual([memory.id]);
  });
});

test("what was acknowledged survives kill -9 of Redis under load, and a retry stores nothing twice", async () => {
  const namespace = newNamespace();
  const acknowledged = new Map<string, string>();
  const refused: string[] = [];
  const stop = new AbortController();
  const writer = async (name: number): Promise<void> => {
    for (let index = 0; !stop.signal.aborted; index++) {
      const content = `writer ${name} wrote ${index}`;
      const { status, body } = await post(service, namespace, { content });
      if (status === 201) acknowledged.set(content, (body as { id: string }).id);
      else {
        expect(status).toBe(503);
        refused.push(content);
        await ready();
      }
    }
  };
  const writers = Promise.all(Array.from({ length: 8 }, (_, name) => writer(name)));
  for (let kill = 0; kill < 2; kill++) {
    const before = acknowledged.size;
    await until(
      async () => acknowledged.size,
      (size) => size > before + 50,
    );
    await redis.kill9();
    await redis.restart();
  }
  stop.abort();
  await writers;
  await ready();
  expect(refused.length).toBeGreaterThan(0);
  const stored = await listAll(service, namespace, { limit: 200 });
  const byContent = new Map(stored.map(({ content, id }) => [content, id]));
  expect(byContent.size).toBe(stored.length);
  for (const [content, id] of nonEmpty([...acknowledged])) expect(byContent.get(content)).toBe(id);
  for (const content of nonEmpty(refused))
    expect([200, 201]).toContain((await post(service, namespace, { content })).status);
  const after = await listAll(service, namespace, { limit: 200 });
  expect(after.map(({ content }) => content).toSorted()).toEqual(
    [...acknowledged.keys(), ...refused].toSorted(),
  );
});

test("while Redis is away, /metrics answers a key that it answered lately, and none once a key was revoked", async () => {
  const root = as(service, (await createKey(service)).key);
  const made = await root.send("POST", "/v1/keys", {
    agent: "scraper",
    grants: [{ namespace: "**", verbs: ["metrics"] }],
  });
  const { id, key } = made.body as { id: string; key: string };
  const scrape = (by: Pick<Service, "send">) => by.send("GET", "/metrics");
  expect((await scrape(as(service, key))).status).toBe(200);
  expect((await root.send("DELETE", `/v1/keys/${id}`)).status).toBe(204);
  expect((await scrape(root)).status).toBe(200);
  await redis.kill9();
  await until(
    () => scrape(root),
    ({ text }) => text.includes("mneme_redis_up 0"),
  );
  expect((await scrape(as(service, key))).status).toBe(503);
});
