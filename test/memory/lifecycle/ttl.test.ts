import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { describe, expect, test } from "vitest";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  listAll,
  newNamespace,
  pathOf,
  post,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startRedis } from "../../support/redis/start.js";
import { startService, until } from "../../support/service/service.js";
import { startWithVectors } from "../../support/redis/with-redis.js";
import { nonEmpty } from "../../support/non-empty.js";

const {
  service,
  redis,
  keysOf: allKeysOf,
} = await startWithVectors({
  MNEME_TTL_EPISODIC_SECONDS: "100",
  MNEME_TTL_PROCEDURAL_SECONDS: "",
});

/** Every key that belongs to a namespace, but for its counter. */
async function keysOf(namespace: string): Promise<string[]> {
  // What stays with the namespace itself: its sequence, its audit trail, what it holds.
  return (await allKeysOf(namespace)).filter(
    (key) => !/^[^:]+:(seq|audit|audit-head|gone|usage|usage-ending):/.test(key),
  );
}

/** When each of a namespace's keys ends; null: never. They must all agree. */
async function expiriesOf(namespace: string): Promise<(number | null)[]> {
  const times = await Promise.all((await keysOf(namespace)).map((key) => redis.pExpireTime(key)));
  return [...new Set(times.map((time) => (time === -1 ? null : time)))];
}

const gone = (memory: Memory) =>
  until(
    () => service.send("GET", pathOf(memory)),
    ({ status }) => status === 404,
  );

const endOf = ({ expires_at }: Memory) => (expires_at === null ? null : Date.parse(expires_at));

test("a namespace's settings say how long each type lives, in place of what is configured", async () => {
  const namespace = newNamespace();
  const ttl = { episodic_seconds: 0, semantic_seconds: 200, procedural_seconds: null };
  bodyOf(await putSettings(service, namespace, { ttl }), 200);
  const write = (memory_type: string, more: object = {}) =>
    remember(service, namespace, { content: `${memory_type} ${JSON.stringify(more)}`, memory_type, ...more });
  const life = (memory: Memory) => (endOf(memory) ?? Infinity) - Date.parse(memory.recorded_at);
  expect(life(await write("episodic"))).toBe(Infinity);
  expect(life(await write("semantic"))).toBe(200_000);
  expect(life(await write("procedural"))).toBe(Infinity);
  expect(life(await write("semantic", { ttl_seconds: 7 }))).toBe(7_000);
  const item = await service.send("PUT", `/v1/namespaces/${namespace}/items/k`, { content: "x" });
  expect(life(bodyOf<Memory>(item, 201))).toBe(200_000);
  bodyOf(await putSettings(service, namespace, { ttl: { procedural_seconds: 50 } }), 200);
  expect(life(await write("procedural", { tags: ["later"] }))).toBe(50_000);
  expect(life(await write("episodic", { tags: ["later"] }))).toBe(100_000);
});

describe("a memory with a time to live", () => {
  test("disappears with its vectors and its content hash, and can be stored again", async () => {
    const namespace = newNamespace();
    const input = { content: "brief. ".repeat(1_500), ttl_seconds: 1 };
    const memory = await remember(service, namespace, input);
    expect(Date.parse(memory.expires_at ?? "")).toBe(Date.parse(memory.recorded_at) + 1_000);
    await gone(memory);
    expect(await keysOf(namespace)).toEqual([]);
    expect(await listAll(service, namespace)).toEqual([]);
    for (const mode of ["keyword", "vector", "hybrid"]) {
      expect((await recall(service, { query: "brief", namespaces: [namespace], mode })).hits).toEqual([]);
    }
    expect(await service.send("PATCH", pathOf(memory), { trust_score: 0 })).toMatchObject({ status: 404 });
    expect(await service.send("DELETE", pathOf(memory))).toMatchObject({ status: 404 });
    const again = await remember(service, namespace, input);
    expect(again.id).not.toBe(memory.id);
    expect(again.seen_count).toBe(1);
  });

  test("ends with all its keys at once, those of later passages too", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, {
      content: Array.from({ length: 3_000 }, (_, i) => `word${i}`).join(" "),
      ttl_seconds: 300,
    });
    await until(
      () => read(service, memory),
      ({ embedding }) => embedding.status === "complete",
    );
    const keys = await keysOf(namespace);
    expect(keys.filter((key) => key.includes(":vec:")).length).toBeGreaterThan(1);
    expect(keys.filter((key) => key.includes(":rec:"))).toHaveLength(1);
    expect(keys.filter((key) => key.includes(":hash:"))).toHaveLength(1);
    expect(await expiriesOf(namespace)).toEqual([endOf(memory)]);
  });

  test("is never found after it has expired", async () => {
    const namespace = newNamespace();
    const late = Array.from({ length: 20 }, (_, index) => ({
      content: `short life ${index}`,
      ttl_seconds: 1,
    }));
    const written = await Promise.all(late.map((input) => remember(service, namespace, input)));
    const lasting = await remember(service, namespace, { content: "long life" });
    const ends = Math.max(...written.map((memory) => endOf(memory) ?? 0));
    let looks = 0;
    for (;;) {
      const before = Date.now();
      const found = [
        ...(await listAll(service, namespace)),
        ...(await recall(service, { query: "life", namespaces: [namespace], limit: 50 })).hits.map(
          (hit) => hit.memory,
        ),
      ];
      for (const memory of nonEmpty(found)) expect(endOf(memory) ?? Infinity).toBeGreaterThan(before);
      expect(found.filter(({ id }) => id === lasting.id)).toHaveLength(2);
      looks++;
      if (before > ends && looks > 1) break;
    }
  });
});

test("what has expired, but isn't removed by Redis yet, leaves a list, its cursors and figures whole", async () => {
  const paused = await startRedis({ debug: true });
  const reader = await startService({ REDIS_URL: paused.url });
  const [namespace, written] = [newNamespace(), newNamespace()];
  const client = createClient({ url: paused.url });
  await client.connect();
  // Redis then removes what has expired only where somebody asks for that very key.
  await client.sendCommand(["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
  for (let index = 0; index < 8; index++) {
    const mortal = index % 2 === 1 ? { ttl_seconds: 1 } : {};
    for (const place of [namespace, written])
      await remember(reader, place, { content: `memory ${index}`, ...mortal });
  }
  await sleep(1_100);
  // A write counts out what has ended there.
  await remember(reader, written, { content: "one more" });
  const after = await reader.send("GET", `/v1/namespaces/${written}/stats`);
  expect(bodyOf<object>(after, 200)).toMatchObject({ memories: 5, expired: 4 });
  const left = ["memory 0", "memory 2", "memory 4", "memory 6"];
  // The figures first: a list asks for each key.
  const stats = await reader.send("GET", `/v1/namespaces/${namespace}/stats`);
  expect(bodyOf<{ memories: number; expired: number }>(stats, 200)).toMatchObject({
    memories: 4,
    expired: 4,
  });
  for (const limit of [1, 2, 3]) {
    const listed = await listAll(reader, namespace, { limit, order: "asc" });
    expect(listed.map(({ content }) => content)).toEqual(left);
  }
  const { hits } = await recall(reader, { query: "memory", namespaces: [namespace] });
  expect(hits.map(({ memory }) => memory.content).toSorted()).toEqual(left);
  client.destroy();
  await reader.stop();
  await paused.stop();
});

describe("without a word of its own", () => {
  test("a memory gets the time to live of its type", async () => {
    const namespace = newNamespace();
    const episode = await remember(service, namespace, { content: "a", memory_type: "episodic" });
    expect(endOf(episode)).toBe(Date.parse(episode.recorded_at) + 100_000);
    expect(await expiriesOf(namespace)).toEqual([endOf(episode)]);
    for (const memory_type of ["semantic", "procedural"]) {
      expect((await remember(service, newNamespace(), { content: "a", memory_type })).expires_at).toBeNull();
    }
    const interaction = await service.send("POST", `/v1/namespaces/${namespace}/interactions`, {
      input: "hello",
    });
    expect(endOf(bodyOf<Memory>(interaction, 201))).not.toBeNull();
  });

  test("null overrules it", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, {
      content: "a",
      memory_type: "episodic",
      ttl_seconds: null,
    });
    expect(memory.expires_at).toBeNull();
    expect(await expiriesOf(namespace)).toEqual([null]);
  });
});

describe("seen again", () => {
  test.each([
    [10, 500, 500],
    [500, 10, 500],
    [10, null, null],
    [null, 10, null],
  ])("after %s with %s seconds, it lives %s", async (first, second, expected) => {
    const namespace = newNamespace();
    const before = await remember(service, namespace, { content: "a", ttl_seconds: first });
    const again = bodyOf<Memory>(await post(service, namespace, { content: "a", ttl_seconds: second }), 200);
    expect(again.id).toBe(before.id);
    const since = expected === second ? again.last_seen_at : before.recorded_at;
    expect(endOf(again)).toBe(expected === null ? null : Date.parse(since) + expected * 1_000);
    expect(await read(service, before)).toMatchObject(again);
    expect(await expiriesOf(namespace)).toEqual([endOf(again)]);
  });
});

describe("PATCH ttl_seconds", () => {
  test("null lets it stay for ever", async () => {
    const memory = await remember(service, newNamespace(), { content: "a", ttl_seconds: 50 });
    expect((await revise(service, memory, { ttl_seconds: null })).expires_at).toBeNull();
    expect((await read(service, memory)).expires_at).toBeNull();
    expect(await expiriesOf(memory.namespace)).toEqual([null]);
  });

  test("counts from now, longer or shorter, and brings the vectors along", async () => {
    const memory = await remember(service, newNamespace(), { content: "a" });
    for (const ttl_seconds of [500, 5_000, 100]) {
      const revised = await revise(service, memory, { ttl_seconds });
      expect(endOf(revised)).toBe(Date.parse(revised.updated_at) + ttl_seconds * 1_000);
      expect(await expiriesOf(memory.namespace)).toEqual([endOf(revised)]);
    }
  });

  test("left out, leaves the end where it was, also with new content", async () => {
    const memory = await remember(service, newNamespace(), { content: "a", ttl_seconds: 500 });
    const revised = await revise(service, memory, { content: "b", tags: ["x"] });
    expect(revised.expires_at).toBe(memory.expires_at);
    expect((await read(service, memory)).expires_at).toBe(memory.expires_at);
    expect(await expiriesOf(memory.namespace)).toEqual([endOf(memory)]);
  });
});

test("a deleted memory leaves no key behind, a revised one no vector of the old content but with its version", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: `long ${"word ".repeat(6_000)}` });
  await until(
    () => read(service, memory),
    ({ embedding }) => embedding.status === "complete",
  );
  await revise(service, memory, { content: "short" });
  const current = (await keysOf(namespace)).filter((key) => !/:old:|:\d+:1$/.test(key));
  expect(current).toHaveLength(3);
  await service.send("DELETE", pathOf(memory));
  expect(await keysOf(namespace)).toEqual([]);
});
