import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Json, Memory, MemoryDetail } from "../../support/acts/memories.js";
import {
  bodyOf,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { until } from "../../support/service/service.js";
import { startWithVectors } from "../../support/redis/with-redis.js";

const { service, redis, keysOf } = await startWithVectors({
  MNEME_TTL_EPISODIC_SECONDS: "4",
  MNEME_TTL_SEMANTIC_SECONDS: "1000",
  MNEME_DECAY_MAX_LIVES: "4",
});

const endOf = ({ expires_at }: Memory) => (expires_at === null ? null : Date.parse(expires_at));
const lifeOf = (memory: Memory) => (endOf(memory) ?? Infinity) - Date.parse(memory.recorded_at);

/** When each key of a namespace's memories ends; null: never. They must all agree. */
async function endsOf(namespace: string): Promise<(number | null)[]> {
  const own = (await keysOf(namespace)).filter((key) => /^[^:]+:(rec|old|vec|hash):/.test(key));
  const times = await Promise.all(own.map((key) => redis.pExpireTime(key)));
  return [...new Set(times.map((time) => (time === -1 ? null : time)))];
}

const usage = async (namespace: string) =>
  bodyOf<{ memories: number; bytes: number }>(
    await service.send("GET", `/v1/namespaces/${namespace}/usage`),
    200,
  );

const find = (namespace: string, query: string, more: Json = {}) =>
  recall(service, { query, namespaces: [namespace], mode: "keyword", ...more });

/** Makes its last use one of long ago, so that the next one is noted. */
async function ageUse({ namespace, id }: Memory): Promise<void> {
  const key = `${service.prefix}:uses:{${namespace}}`;
  const [count = "0", at = "0"] = ((await redis.hGet(key, id)) ?? "0 0").split(" ");
  await redis.hSet(key, id, `${count} ${Number(at) - 3_600_000}`);
}

describe("importance", () => {
  test.each([
    [0, 250],
    [0.25, 500],
    [undefined, 1000],
    [1, 4000],
  ])("%s lets it live for %s of the 1000 seconds of its type", async (importance, seconds) => {
    const memory = await remember(service, newNamespace(), {
      content: "a",
      ...(importance === undefined ? {} : { importance }),
    });
    expect(memory.importance).toBe(importance ?? 0.5);
    expect(lifeOf(memory)).toBe(seconds * 1000);
    expect(await endsOf(memory.namespace)).toEqual([endOf(memory)]);
    expect((await read(service, memory)).expiry).toEqual({
      reason: "type",
      base_seconds: 1000,
      importance: importance ?? 0.5,
      life_seconds: seconds,
      uses: 0,
      last_used_at: null,
      half_life_seconds: seconds,
      latest: new Date(Date.parse(memory.recorded_at) + 4 * seconds * 1000).toISOString(),
    });
  });

  test("doesn't change what the writer said, nor what never ends", async () => {
    const said = await remember(service, newNamespace(), { content: "a", ttl_seconds: 50, importance: 1 });
    expect(lifeOf(said)).toBe(50_000);
    expect((await read(service, said)).expiry).toMatchObject({ reason: "ttl", half_life_seconds: null });
    const procedure = await remember(service, newNamespace(), { content: "a", memory_type: "procedural" });
    expect(procedure.expires_at).toBeNull();
    expect((await read(service, procedure)).expiry).toMatchObject({ reason: "never", base_seconds: null });
  });

  test("changed, changes what is left", async () => {
    const memory = await remember(service, newNamespace(), { content: "a" });
    const more = await revise(service, memory, { importance: 1 });
    const ratio = (lifeOf(more) - (Date.parse(more.updated_at) - Date.parse(more.recorded_at))) / 4_000_000;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThanOrEqual(1);
    expect(await endsOf(memory.namespace)).toEqual([endOf(more)]);
    expect(more.version).toBe(2);
  });

  test.each([{ importance: 1.1 }, { importance: -0.1 }, { importance: "high" }, { pinned: 1 }])(
    "%s is refused, and named",
    async (wrong) => {
      const [field] = Object.keys(wrong);
      expect(await post(service, newNamespace(), { content: "a", ...wrong })).toMatchObject({
        status: 400,
        body: { errors: [{ field }] },
      });
    },
  );
});

describe("pinned", () => {
  test("a memory never ends, nor do its vectors and old versions; unpinned, its life counts from then", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "a", ttl_seconds: 100 });
    const revised = await revise(service, memory, { content: "b" });
    const pinned = await revise(service, revised, { pinned: true });
    expect(pinned).toMatchObject({ pinned: true, expires_at: null });
    expect(await endsOf(namespace)).toEqual([null]);
    expect((await read(service, memory)).expiry).toMatchObject({ reason: "pinned", base_seconds: 100 });
    const loose = await revise(service, pinned, { pinned: false });
    expect(endOf(loose)).toBe(Date.parse(loose.updated_at) + 100_000);
    expect(await endsOf(namespace)).toEqual([endOf(loose)]);
  });

  test("at its writing, it outlives its type's time", async () => {
    const namespace = newNamespace();
    const kept = await remember(service, namespace, {
      content: "kept",
      memory_type: "episodic",
      pinned: true,
    });
    const other = await remember(service, namespace, {
      content: "other",
      memory_type: "episodic",
      importance: 0,
    });
    expect(kept.expires_at).toBeNull();
    await until(
      () => service.send("GET", pathOf(other)),
      ({ status }) => status === 404,
    );
    expect((await read(service, kept)).content).toBe("kept");
  });
});

describe("use", () => {
  test("prolongs the life of what decays as the formula says, with all its keys, and counts as before", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "the quick brown fox" });
    await revise(service, memory, { content: "the quick red fox" });
    const before = await usage(namespace);
    let end = endOf(await read(service, memory)) ?? 0;
    const latest = Date.parse(memory.recorded_at) + 4_000_000;
    for (let uses = 1; uses <= 8; uses++) {
      expect((await find(namespace, "fox")).hits).toHaveLength(1);
      const found = await read(service, memory);
      expect(found.expiry?.uses).toBe(uses);
      expect(found.expiry?.half_life_seconds).toBeCloseTo(1000 * (1 + Math.log2(1 + uses)), 6);
      const whole = Date.parse(found.expiry?.last_used_at ?? "") + 1_000_000 * (1 + Math.log2(1 + uses));
      const next = Math.floor(Math.min(latest, (end + whole) / 2));
      if (next - end >= 1_000_000 / 16) end = next;
      expect(endOf(found)).toBe(end);
      expect(found.expiry?.reason).toBe("decay");
      expect(found.version).toBe(2);
      expect(await endsOf(namespace)).toEqual([end]);
      await ageUse(memory);
    }
    // It came so near that the rest isn't worth writing.
    expect(latest - end).toBeLessThan(1_000_000 / 16);
    expect(await usage(namespace)).toEqual(before);
    expect(await service.send("DELETE", pathOf(memory))).toMatchObject({ status: 204 });
    expect(await usage(namespace)).toMatchObject({ memories: 0, bytes: 0 });
    expect(await redis.hLen(`${service.prefix}:uses:{${namespace}}`)).toBe(0);
  });

  test("is noted once a minute", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "fox" });
    await Promise.all(Array.from({ length: 16 }, () => find(namespace, "fox")));
    expect((await read(service, memory)).expiry).toMatchObject({ uses: 1 });
    await ageUse(memory);
    await Promise.all(Array.from({ length: 16 }, () => find(namespace, "fox")));
    expect((await read(service, memory)).expiry).toMatchObject({ uses: 2 });
  });

  test("of what doesn't decay is noted, and changes nothing", async () => {
    const namespace = newNamespace();
    const mine = await remember(service, namespace, { content: "fox one", ttl_seconds: 77 });
    const endless = await remember(service, namespace, { content: "fox two", memory_type: "procedural" });
    const pinned = await remember(service, namespace, { content: "fox three", pinned: true });
    expect((await find(namespace, "fox")).hits).toHaveLength(3);
    for (const memory of [mine, endless, pinned]) {
      const found = await read(service, memory);
      expect(found.expiry?.uses).toBe(1);
      expect(found.expires_at).toBe(memory.expires_at);
    }
  });

  test.each([
    ["touch: false", { touch: false }],
    ["as_of", { as_of: "now" }],
  ])("%s notes nothing, nor does a list or a read", async (_, more: { as_of?: string; touch?: boolean }) => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "fox" });
    const as_of = (await read(service, memory)).updated_at;
    expect((await find(namespace, "fox", more.as_of === undefined ? more : { as_of })).hits).toHaveLength(1);
    await service.send("GET", memoriesOf(namespace));
    expect((await read(service, memory)).expiry).toMatchObject({ uses: 0, reason: "type" });
  });

  test("isn't noted where the namespace's settings say so", async () => {
    const namespace = newNamespace();
    const settings = `/v1/namespaces/${namespace}/settings`;
    const memory = await remember(service, namespace, { content: "fox" });
    expect(await service.send("PUT", settings, { decay: { touch: false } })).toMatchObject({
      status: 200,
      body: { decay: { touch: false } },
    });
    await find(namespace, "fox");
    expect((await read(service, memory)).expiry).toMatchObject({ uses: 0 });
    await service.send("PUT", settings, {});
    await find(namespace, "fox");
    expect((await read(service, memory)).expiry).toMatchObject({ uses: 1 });
  });

  test("of a copy leaves the copy's end where its origin's was", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "fox" });
    await service.send("POST", `${pathOf(memory)}/publish`, { to: shared });
    const copy = pathOf({ namespace: shared, id: memory.id });
    await find(shared, "fox");
    const found = bodyOf<MemoryDetail>(await service.send("GET", copy), 200);
    expect(found).toMatchObject({ expires_at: memory.expires_at, expiry: { uses: 1, reason: "origin" } });
  });
});

test("of memories that live for seconds, those live on that are recalled; the others end", async () => {
  const namespace = newNamespace();
  const make = (content: string) => remember(service, namespace, { content, memory_type: "episodic" });
  const [used, unused] = [await make("used apple"), await make("unused pear")];
  const first = endOf(used) ?? 0;
  for (;;) {
    // It lives in steps of its own: whenever it is found, its end is what Redis will keep to.
    const { hits } = await find(namespace, "apple");
    if (hits.length === 0) break;
    const { expires_at } = bodyOf<MemoryDetail>(await service.send("GET", pathOf(used)), 200);
    if (Date.parse(expires_at ?? "") > first + 2_000 && Date.now() > first) break;
    await sleep(200);
  }
  expect((await service.send("GET", pathOf(unused))).status).toBe(404);
  expect((await read(service, used)).expiry).toMatchObject({ reason: "decay", base_seconds: 4 });
  await until(
    () => service.send("GET", pathOf(used)),
    ({ status }) => status === 404,
  );
  // Four lives at the latest, and Redis doesn't keep it any longer than it says.
  expect(Date.now()).toBeGreaterThan(first);
  expect(await endsOf(namespace)).toEqual([]);
  expect((await find(namespace, "apple pear")).hits).toEqual([]);
});

test("what is deleted while it is recalled doesn't come back", async () => {
  const namespace = newNamespace();
  for (let round = 0; round < 20; round++) {
    const memory = await remember(service, namespace, { content: `fox ${round}` });
    await Promise.all([
      ...Array.from({ length: 4 }, () => find(namespace, "fox")),
      service.send("DELETE", pathOf(memory)),
      ...Array.from({ length: 4 }, () => find(namespace, "fox")),
    ]);
    expect((await service.send("GET", pathOf(memory))).status).toBe(404);
  }
  expect(await endsOf(namespace)).toEqual([]);
  expect(await usage(namespace)).toMatchObject({ memories: 0, bytes: 0 });
  expect(await redis.hLen(`${service.prefix}:uses:{${namespace}}`)).toBe(0);
});
