import fc from "fast-check";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  embedded,
  listAll,
  newNamespace,
  pathOf,
  post,
  postBatch,
  read,
  remember,
  revise,
} from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { runs } from "../support/run/long.js";
import { setQuota, usage } from "../support/service/namespaces.js";
import type { Answer } from "../support/service/answer.js";
import { startService, until } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

let services: readonly [Service, Service];
const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
beforeAll(async () => {
  const first = await startService();
  services = [first, await startService({ MNEME_KEY_PREFIX: first.prefix })];
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await Promise.all(services.map((service) => service.stop()));
});

const full = (quota: string) => ({
  status: 507,
  body: { code: "quota_exceeded", detail: expect.stringContaining(`quota of ${quota} `) as string },
});
const count = (answers: readonly Answer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

/** What the namespace's records say that they count for. */
async function counted(namespace: string): Promise<number> {
  let sum = 0;
  for (const { id } of await listAll(services[0], namespace, { limit: 200 })) {
    const key = `${services[0].prefix}:rec:{${namespace}}:${id}`;
    const paths = ["bytes", "vector_bytes", "version_bytes"].map((name) => `$.index.${name}`);
    const reply = await redis.sendCommand(["JSON.GET", key, ...paths]);
    const found = JSON.parse(String(reply)) as Record<string, [number?]>;
    sum += Object.values(found).reduce((total, [bytes = 0]) => total + bytes, 0);
  }
  return sum;
}

test("32 writers at once, over two processes, write exactly as many memories as there may be", async () => {
  const namespace = newNamespace();
  await setQuota(services[0], namespace, { memories: 20 });
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) =>
      post(services[index % 2 === 0 ? 0 : 1], namespace, { content: `writer ${index}` }),
    ),
  );
  expect([count(answers, 201), count(answers, 507)]).toEqual([20, 12]);
  expect(answers.find(({ status }) => status === 507)).toMatchObject(full("memories"));
  expect(await listAll(services[1], namespace)).toHaveLength(20);
  expect(await usage(services[1], namespace)).toMatchObject({ memories: 20, quota: { memories: 20 } });
});

test("32 writers at once write exactly as many bytes as there may be", async () => {
  const [namespace, like] = [newNamespace(), newNamespace()];
  await remember(services[0], like, { content: "writer 10" });
  const { bytes } = await usage(services[0], like);
  await setQuota(services[0], namespace, { bytes: bytes * 11 + bytes - 1 });
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) =>
      post(services[index % 2 === 0 ? 0 : 1], namespace, { content: `writer ${index + 10}` }),
    ),
  );
  expect([count(answers, 201), count(answers, 507)]).toEqual([11, 21]);
  expect(answers.find(({ status }) => status === 507)).toMatchObject(full("bytes"));
  expect(await usage(services[0], namespace)).toMatchObject({ memories: 11, bytes: bytes * 11 });
});

test("bytes are those of the memory's JSON as it is stored, and of what belongs to it", async () => {
  const namespace = newNamespace();
  const memory = await remember(services[0], namespace, { content: "Größe 语", metadata: { a: ["b/c"] } });
  const key = `${services[0].prefix}:rec:{${namespace}}:${memory.id}`;
  const [stored] = JSON.parse(String(await redis.sendCommand(["JSON.GET", key, "$.memory"]))) as [object];
  const { bytes } = await usage(services[0], namespace);
  expect(bytes).toBe(Buffer.byteLength(JSON.stringify(stored)));
  const interaction = { input: "x".repeat(1000), response: "yes" };
  await services[0].send("POST", `/v1/namespaces/${namespace}/interactions`, interaction);
  expect((await usage(services[0], namespace)).bytes - bytes).toBeGreaterThan(2000);
});

test("at its quota, a namespace takes what it has already, and nothing else until something is deleted", async () => {
  const namespace = newNamespace();
  const memory = await remember(services[0], namespace, { content: "a".repeat(100) });
  const { bytes } = await usage(services[0], namespace);
  await setQuota(services[0], namespace, { memories: 1, bytes });
  expect(await post(services[1], namespace, { content: "a".repeat(100) })).toMatchObject({
    status: 200,
    body: { seen_count: 2 },
  });
  expect(await post(services[1], namespace, { content: "more" })).toMatchObject(full("memories"));
  // A revision keeps what was before it.
  for (const content of ["a".repeat(101), "a"]) {
    expect(await services[1].send("PATCH", pathOf(memory), { content })).toMatchObject(full("bytes"));
  }
  expect(await read(services[0], memory)).toMatchObject({ version: 1, content: "a".repeat(100) });
  await setQuota(services[0], namespace, { memories: 1, bytes: bytes * 2 });
  await revise(services[0], memory, { content: "a".repeat(50) });
  expect((await usage(services[0], namespace)).bytes).toBe(bytes * 2 - 50);
  expect((await services[0].send("DELETE", pathOf(memory))).status).toBe(204);
  expect(await usage(services[0], namespace)).toMatchObject({ memories: 0, bytes: 0 });
  expect((await post(services[0], namespace, { content: "again" })).status).toBe(201);
});

test("of a batch, what still fits is taken, and the rest refused one by one", async () => {
  const namespace = newNamespace();
  await setQuota(services[0], namespace, { memories: 4 });
  const items = Array.from({ length: 40 }, (_, index) => ({
    content: `item ${index}`,
    memory_type: "semantic",
  }));
  const results = await postBatch(services[0], namespace, items);
  expect(results.filter(({ status }) => status === 201)).toHaveLength(4);
  const refused = results.filter(({ status }) => status === 507);
  expect(refused).toHaveLength(36);
  expect(refused[0]?.problem?.code).toBe("quota_exceeded");
});

test("a quota below what is there refuses the next write, and takes nothing away", async () => {
  const namespace = newNamespace();
  await remember(services[0], namespace, { content: "one" });
  await remember(services[0], namespace, { content: "two" });
  await setQuota(services[0], namespace, { memories: 1 });
  expect(await post(services[0], namespace, { content: "three" })).toMatchObject(full("memories"));
  expect(await listAll(services[0], namespace)).toHaveLength(2);
  await setQuota(services[0], namespace, {});
  expect((await post(services[0], namespace, { content: "three" })).status).toBe(201);
});

test("expired memories free quota, even if they were seen again or revised in between", async () => {
  const namespace = newNamespace();
  await setQuota(services[0], namespace, { memories: 6 });
  const brief = { ttl_seconds: 5 };
  const kept = await remember(services[0], namespace, { content: "seen again for ever", ...brief });
  const revised = await remember(services[0], namespace, { content: "revised to stay", ...brief });
  const grown = await remember(services[0], namespace, { content: "grows", ...brief });
  await remember(services[0], namespace, { content: "ends", ...brief });
  const late = await remember(services[0], namespace, { content: "would stay" });
  await post(services[0], namespace, { content: "seen again for ever", ttl_seconds: null });
  await revise(services[0], revised, { ttl_seconds: null });
  await revise(services[0], grown, { content: "grows to this" });
  await revise(services[0], late, brief);
  expect(await usage(services[1], namespace)).toMatchObject({ memories: 5 });
  await until(
    () => usage(services[1], namespace),
    ({ memories }) => memories === 2,
  );
  expect((await listAll(services[0], namespace)).map(({ id }) => id).toSorted()).toEqual(
    [kept.id, revised.id].toSorted(),
  );
  expect((await usage(services[0], namespace)).bytes).toBe(await counted(namespace));
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => post(services[0], namespace, { content: `new ${index}` })),
  );
  expect(count(answers, 201)).toBe(4);
});

test("a full namespace accepts a write as soon as a memory has expired, before its usage is read", async () => {
  const namespace = newNamespace();
  await setQuota(services[0], namespace, { memories: 300 });
  const items = Array.from({ length: 300 }, (_, index) => ({
    content: `item ${index}`,
    memory_type: "semantic",
    ttl_seconds: 1,
  }));
  const results = await postBatch(services[0], namespace, items);
  expect(results.every(({ status }) => status === 201)).toBe(true);
  await until(
    () => post(services[1], namespace, { content: "in the place of another" }),
    ({ status }) => status === 201,
  );
  expect((await usage(services[0], namespace)).memories).toBeLessThanOrEqual(300);
  await until(
    () => usage(services[0], namespace),
    ({ memories }) => memories === 1,
  );
});

test("vectors count, also those that are made later", async () => {
  const service = await startService({ MNEME_EMBEDDER: "local" });
  const namespace = newNamespace();
  const short = await remember(service, namespace, { content: "short" });
  expect(short.embedding.status).toBe("complete");
  const before = await usage(service, namespace);
  expect(before.bytes).toBeGreaterThan(768);
  const long = await remember(service, namespace, {
    content: Array.from({ length: 600 }, (_, index) => `word${index}`).join(" "),
    ttl_seconds: 3600,
  });
  const written = await usage(service, namespace);
  await embedded(service, long);
  const after = await usage(service, namespace);
  expect(after.memories).toBe(2);
  expect(after.bytes).toBeGreaterThanOrEqual(written.bytes);
  expect((after.bytes - before.bytes) / 768).toBeGreaterThan(2);
  await revise(service, short, { trust_score: 0.5 });
  await revise(service, short, { content: "shorter" });
  for (const memory of [short, long]) await service.send("DELETE", pathOf(memory));
  expect(await usage(service, namespace)).toMatchObject({ memories: 0, bytes: 0 });
  await service.stop();
});

test("after any acts, the count is that of the memories that are there", async () => {
  const contents = ["a", "bb", "ccc", "dddd", "eeeee"];
  const act = fc.record({
    kind: fc.constantFrom("remember", "remember", "revise", "delete"),
    content: fc.constantFrom(...contents),
    ttl: fc.constantFrom(null, 3600, 7200),
    which: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      const namespace = newNamespace();
      const quota = { memories: 4 };
      await setQuota(services[0], namespace, quota);
      const known: Memory[] = [];
      for (const { kind, content, ttl, which } of acts) {
        const memory = known[which];
        if (kind === "remember") {
          const answer = await post(services[0], namespace, { content, ttl_seconds: ttl });
          if (answer.status === 201) known.push(answer.body as Memory);
        } else if (memory !== undefined) {
          const patch = kind === "revise" ? { content, ttl_seconds: ttl } : undefined;
          await services[1].send(kind === "revise" ? "PATCH" : "DELETE", pathOf(memory), patch);
        }
      }
      const left = await listAll(services[0], namespace);
      expect(left.length).toBeLessThanOrEqual(quota.memories);
      expect(await usage(services[0], namespace)).toEqual({
        memories: left.length,
        bytes: await counted(namespace),
        session_bytes: 0,
        state_bytes: 0,
        quota: { memories: 4, bytes: null },
      });
    }),
    { numRuns: runs(25) },
  );
});
