import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { RedisClient } from "../../src/redis/connection/client.js";
import { createRedisClient } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import { newNamespace } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";
import {
  getState,
  putState,
  readState,
  setState,
  statePath,
  transact,
  transacted,
} from "../support/acts/state.js";
import type { State } from "../support/acts/state.js";

let services: readonly [Service, Service];
let redis: RedisClient;
beforeAll(async () => {
  const first = await startService();
  services = [first, await startService({ MNEME_KEY_PREFIX: first.prefix })];
  redis = createRedisClient({ url: inject("redisUrl") });
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await Promise.all(services.map((service) => service.stop()));
});

async function limited(settings: Record<string, string>): Promise<string> {
  const namespace = newNamespace();
  await redis.hSet(createKeys(services[0].prefix).settings(namespace), settings);
  return namespace;
}

/** Seconds from the change to the expiry. */
function lifetime({ updated_at, expires_at }: State): number | null {
  return expires_at === null ? null : (Date.parse(expires_at) - Date.parse(updated_at)) / 1000;
}

test("an expired document is missing for every process and every read, and can be written again", async () => {
  const namespace = newNamespace();
  const state = await setState(services[0], namespace, "k", { n: 1 }, { ttl_seconds: 1 });
  expect(lifetime(state)).toBeCloseTo(1, 1);
  const early = await getState(services[1], namespace, "k");
  // Unless this machine was too busy to ask in time.
  if (Date.now() < Date.parse(state.expires_at ?? "")) expect(early.body).toEqual(state);
  await sleep(Date.parse(state.expires_at ?? "") - Date.now() + 5);
  for (const service of services) {
    const path = statePath(namespace, "k");
    expect((await service.send("GET", path)).status).toBe(404);
    expect((await service.send("PATCH", path, { a: 1 })).status).toBe(404);
    expect((await service.send("DELETE", path)).status).toBe(404);
    const matched = await putState(service, namespace, "k", { value: 2 }, { headers: { "if-match": "*" } });
    expect(matched.status).toBe(412);
    const merge = { operations: [{ op: "merge", key: "k", value: {} }] };
    expect(await transact(service, namespace, merge)).toMatchObject({
      status: 409,
      body: { failed: { reason: "missing" } },
    });
  }
  const again = await putState(
    services[1],
    namespace,
    "k",
    { value: 3 },
    { headers: { "if-none-match": "*" } },
  );
  expect(again).toMatchObject({ status: 201, body: { expires_at: null, version: state.version + 1 } });
  expect(await readState(services[0], namespace, "k")).toMatchObject({ value: 3 });
});

test("reading a sliding document, in whichever process, makes it last its whole time again", async () => {
  const namespace = newNamespace();
  await setState(services[0], namespace, "slid", 1, { ttl_seconds: 3, sliding: true });
  const fixed = await setState(services[0], namespace, "fixed", 1, { ttl_seconds: 3 });
  const start = Date.now();
  let turn = 0;
  let last = 0;
  while (Date.now() - start < 4500) {
    const state = await readState(services[turn++ % 2 === 0 ? 0 : 1], namespace, "slid");
    const expiry = Date.parse(state.expires_at ?? "");
    expect(expiry).toBeGreaterThanOrEqual(last);
    expect(state).toMatchObject({ version: 1, sliding: true });
    last = expiry;
    await sleep(100);
  }
  expect(last).toBeGreaterThan(Date.parse(fixed.expires_at ?? "") + 1000);
  expect((await getState(services[0], namespace, "fixed")).status).toBe(404);
  await sleep(last - Date.now() + 5);
  expect((await getState(services[1], namespace, "slid")).status).toBe(404);
});

test("a change of the value alone keeps the expiry; a new time to live restarts it", async () => {
  const namespace = newNamespace();
  const { expires_at } = await setState(services[0], namespace, "k", { n: 1 }, { ttl_seconds: 100 });
  const path = statePath(namespace, "k");
  expect((await services[0].send("PATCH", path, { m: 1 })).body).toMatchObject({ expires_at });
  const operations = [
    { op: "increment", key: "k", path: "$.n", by: 1 },
    { op: "merge", key: "k", value: { x: 1 } },
    { op: "set", key: "k", path: "$.x", value: 2 },
    { op: "delete", key: "k", path: "$.m" },
  ];
  await transacted(services[0], namespace, { operations });
  expect(await readState(services[0], namespace, "k")).toMatchObject({ value: { n: 2, x: 2 }, expires_at });
  const longer = (await services[0].send("PATCH", `${path}?ttl_seconds=500`, {})).body as State;
  expect(lifetime(longer)).toBe(500);
  await transacted(services[0], namespace, {
    operations: [{ op: "increment", key: "k", path: "$.n", by: 1, ttl_seconds: 700 }],
  });
  expect(lifetime(await readState(services[0], namespace, "k"))).toBe(700);
  await transacted(services[0], namespace, {
    operations: [{ op: "merge", key: "k", value: {}, ttl_seconds: null }],
  });
  expect(lifetime(await readState(services[0], namespace, "k"))).toBeNull();
  expect(lifetime(await setState(services[0], namespace, "k", 1, { ttl_seconds: 5 }))).toBe(5);
  expect(lifetime(await setState(services[0], namespace, "k", 1))).toBeNull();
  // Not merely unsaid: Redis itself keeps it.
  expect(await redis.pTTL(createKeys(services[0].prefix).state(namespace, "k"))).toBe(-1);
});

test("a namespace's default holds where nothing is said, its maximum always", async () => {
  const namespace = await limited({ state_ttl_default_seconds: "60", state_ttl_max_seconds: "600" });
  const put = (body: object) => setState(services[0], namespace, "k", 1, body);
  expect(lifetime(await put({}))).toBe(60);
  expect(lifetime(await put({ ttl_seconds: 600 }))).toBe(600);
  expect(lifetime(await put({ ttl_seconds: null }))).toBe(600);
  const refused = await putState(services[0], namespace, "k", { value: 2, ttl_seconds: 601 });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: "ttl_seconds" }] } });
  expect(refused.text).toContain("600");
  expect(await readState(services[0], namespace, "k")).toMatchObject({ value: 1 });
  expect((await services[0].send("PATCH", `${statePath(namespace, "k")}?ttl_seconds=601`, {})).status).toBe(
    400,
  );
  const set = { op: "set", key: "t", value: 1 };
  await transacted(services[0], namespace, { operations: [set, { op: "increment", key: "i", by: 1 }] });
  expect(lifetime(await readState(services[0], namespace, "t"))).toBe(60);
  expect(lifetime(await readState(services[0], namespace, "i"))).toBe(60);
  const long = { operations: [set, { ...set, ttl_seconds: 601 }] };
  expect(await transact(services[0], namespace, long)).toMatchObject({
    status: 400,
    body: { errors: [{ field: "operations[1].ttl_seconds" }] },
  });

  const onlyMost = await limited({ state_ttl_max_seconds: "10" });
  expect(lifetime(await setState(services[0], onlyMost, "k", 1))).toBe(10);
  const onlyDefault = await limited({ state_ttl_default_seconds: "10" });
  expect(lifetime(await setState(services[0], onlyDefault, "k", 1))).toBe(10);
  expect(lifetime(await setState(services[0], onlyDefault, "k", 1, { ttl_seconds: null }))).toBeNull();
});

test("Redis lets go of everything once history's time is over", async () => {
  const service = await startService({ STATE_HISTORY_SECONDS: "1" });
  const namespace = newNamespace();
  await setState(service, namespace, "k", 1, { ttl_seconds: 1 });
  await setState(service, namespace, "k", 2, { ttl_seconds: 1 });
  await setState(service, namespace, "gone", 1);
  await service.send("DELETE", statePath(namespace, "gone"));
  const stored = async () => {
    const found: string[] = [];
    for await (const batch of redis.scanIterator({ MATCH: `${service.prefix}:*`, COUNT: 1000 }))
      found.push(...batch);
    return found.filter(
      (key) => key.includes(namespace) && /:(state|state-facts|state-old|changes):/.test(key),
    );
  };
  expect((await stored()).length).toBe(5);
  await until(stored, (keys) => keys.length === 0, 20_000);
  // The next change still has a number of its own.
  expect((await setState(service, namespace, "k", 3)).version).toBe(5);
  await service.stop();
});
