import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createRedisClient } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import type { EventClient } from "../support/service/events.js";
import { openEvents } from "../support/service/events.js";
import { newNamespace } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";
import { clients, keepAlive, setState, statePath, transacted } from "../support/acts/state.js";

let services: readonly [Service, Service];
beforeAll(async () => {
  const first = await startService({
    MNEME_WATCH_HEARTBEAT_MS: "300",
    MNEME_WATCH_SEND_MS: "1000",
  });
  services = [first, await startService({ MNEME_KEY_PREFIX: first.prefix })];
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

const changesOf = (namespace: string, query = "") => `/v1/namespaces/${namespace}/state-changes${query}`;
const versions = ({ events }: Pick<EventClient, "events">) =>
  events.map(({ data }) => (data as { version: number }).version);
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

test("a watch sends every change of every process, from now on, without values", async () => {
  const namespace = newNamespace();
  await setState(services[0], namespace, "before", 1);
  const watcher = await openEvents(services[0], changesOf(namespace));
  expect(watcher.headers["content-type"]).toBe("text/event-stream");
  const written = await setState(services[1], namespace, "a", "secret");
  await services[1].send("PATCH", statePath(namespace, "a"), { x: "secret" });
  await transacted(services[0], namespace, { operations: [{ op: "increment", key: "n", by: 1 }] });
  await services[1].send("DELETE", statePath(namespace, "a"));
  const events = await watcher.count(4);
  expect(events.map(({ event, data }) => ({ event, data }))).toEqual(
    [
      { key: "a", version: 2, op: "set" },
      { key: "a", version: 3, op: "merge" },
      { key: "n", version: 4, op: "increment" },
      { key: "a", version: 5, op: "delete" },
    ].map((data) => ({ event: "change", data: { ...data, by: "anonymous", at: expect.any(String) } })),
  );
  expect(events[0]?.data).toMatchObject({ at: written.updated_at });
  expect(events[0]?.id).toBe(`${Date.parse(written.updated_at)}-2`);
  expect(JSON.stringify(events)).not.toContain("secret");
  watcher.close();
});

test("one that is cut off again and again resumes without a gap or a duplicate while writers go on", async () => {
  const namespace = newNamespace();
  const http = [keepAlive(services[0], 4), keepAlive(services[1], 4)] as const;
  const total = 4000;
  let writing = true;
  const writers = clients(8, total / 8, async (client, round) => {
    const path = statePath(namespace, `k${client}`);
    await http[client % 2 === 0 ? 0 : 1].send("PUT", path, { value: round });
  }).then(() => (writing = false));
  const seen: number[] = [];
  let last = "0-0";
  let cuts = 0;
  while (seen.length < total) {
    const watcher = await openEvents(services[cuts % 2 === 0 ? 0 : 1], changesOf(namespace), last);
    expect(watcher.status).toBe(200);
    const wanted = Math.min(total - seen.length, 1 + ((cuts * 37) % 200));
    await watcher.count(wanted);
    // Taken up to here, and the cut comes while more is under way.
    watcher.close();
    await watcher.ended;
    const taken = watcher.events.slice(0, wanted);
    seen.push(...versions({ events: taken }));
    last = taken.at(-1)?.id ?? last;
    cuts += 1;
  }
  await writers;
  expect(writing).toBe(false);
  expect(seen).toEqual(upTo(total));
  expect(cuts).toBeGreaterThan(20);
  for (const client of http) client.close();
});

test("a watch with a prefix sends its keys alone, and its position moves on with the others", async () => {
  const namespace = newNamespace();
  const watcher = await openEvents(services[0], changesOf(namespace, "?prefix=cart%2F%2A"));
  for (const key of ["cart/*1", "cart/1", "*", "cart/*2", "CART/*", "other"]) {
    await setState(services[1], namespace, key, 1);
  }
  await watcher.count(2);
  await until(
    async () => watcher.lastEventId(),
    (id) => id.endsWith("-6"),
  );
  expect(watcher.events.map(({ data }) => (data as { key: string }).key)).toEqual(["cart/*1", "cart/*2"]);
  expect(watcher.comments).toContain("heartbeat");
  watcher.close();
  for (const query of ["?prefix=", "?other=1"]) {
    expect((await services[0].send("GET", changesOf(namespace, query))).status).toBe(400);
  }
});

test("a client that doesn't take its bytes is cut off, and the service holds nothing for it", async () => {
  const namespace = newNamespace();
  const http = keepAlive(services[0], 8);
  const slow = await openEvents(services[0], changesOf(namespace));
  const quick = await openEvents(services[0], changesOf(namespace));
  slow.pause();
  // More than the sockets hold.
  const key = "k".repeat(250);
  const operations = Array.from({ length: 128 }, () => ({ op: "increment", key, by: 1 }));
  const rounds = 160;
  await clients(4, rounds / 4, async () => {
    const path = `/v1/namespaces/${namespace}/state-transactions`;
    expect((await http.send("POST", path, { operations })).status).toBe(200);
  });
  await quick.count(rounds * 128);
  expect(versions(quick)).toEqual(upTo(rounds * 128));
  // The other one is gone: one watcher is left.
  await until(
    async () => (await http.send("GET", "/metrics")).text,
    (metrics) => /^mneme_state_watchers 1$/m.test(metrics),
  );
  expect(slow.events.length).toBeLessThan(rounds * 128);
  quick.close();
  slow.close();
  http.close();
});

test("where changes since then were trimmed away the answer is 410", async () => {
  const namespace = newNamespace();
  const watcher = await openEvents(services[0], changesOf(namespace), "0-0");
  for (let index = 0; index < 5; index++) await setState(services[0], namespace, "k", index);
  const ids = (await watcher.count(5)).map(({ id }) => id);
  watcher.close();
  const redis = createRedisClient({ url: inject("redisUrl") });
  await redis.connect();
  await redis.xTrim(createKeys(services[0].prefix).stateChanges(namespace), "MINID", ids[3] as never);
  redis.destroy();
  const from = (id: string) =>
    services[0].send("GET", changesOf(namespace), undefined, { headers: { "last-event-id": id } });
  for (const id of ["0-0", ids[0] ?? "", ids[1] ?? "", "99999999999999-99"]) {
    expect(await from(id)).toMatchObject({ status: 410, body: { code: "changes_expired" } });
  }
  for (const id of ["x", "1", "1-", "-1", "1-1-1", "(1-1", "+", "$", "1".repeat(30)]) {
    expect(await from(id)).toMatchObject({ status: 400, body: { errors: [{ field: "Last-Event-ID" }] } });
  }
  // What is still there can be resumed.
  const resumed = await openEvents(services[1], changesOf(namespace), ids[2]);
  expect((await resumed.count(2)).map(({ id }) => id)).toEqual(ids.slice(3));
  resumed.close();
});

test("where a change that was seen is lost with its server, and its number taken by another one, the answer is 410", async () => {
  const namespace = newNamespace();
  const [keys, redis] = [createKeys(services[0].prefix), createRedisClient({ url: inject("redisUrl") })];
  const from = (id: string) =>
    services[0].send("HEAD", changesOf(namespace), undefined, { headers: { "last-event-id": id } });
  await redis.connect();
  for (const value of [1, 2]) await setState(services[0], namespace, "k", value);
  const watcher = await openEvents(services[0], changesOf(namespace), "0-0");
  const lost = (await watcher.count(2)).at(-1)?.id ?? "";
  watcher.close();
  // As it is after a restart from a disk that hadn't the last change yet.
  await redis.xDel(keys.stateChanges(namespace), lost);
  await redis.hSet(keys.stateHead(namespace), "number", "1");
  expect((await from(lost)).status).toBe(410);
  // The number comes again; then others after it.
  for (const value of [3, 4]) {
    await setState(services[0], namespace, "k", value);
    expect((await from(lost)).status).toBe(410);
  }
  // By a clock that was behind.
  const [time, number] = lost.split("-").map(Number);
  expect((await from(`${(time ?? 0) + 3_600_000}-${number}`)).status).toBe(410);
  const again = await openEvents(services[0], changesOf(namespace), "0-0");
  const ids = (await again.count(3)).map(({ id }) => id);
  again.close();
  for (const id of ids) expect((await from(id)).status).toBe(200);
  redis.destroy();
});

test("a watcher whose next changes were all trimmed away is sent no heartbeat, but its stream ends", async () => {
  const namespace = newNamespace();
  const watcher = await openEvents(services[0], changesOf(namespace), "0-0");
  await setState(services[0], namespace, "k", 1);
  await watcher.count(1);
  const redis = createRedisClient({ url: inject("redisUrl") });
  await redis.connect();
  // As the counter stands after a change whose entry is gone before the watcher comes to read it.
  await redis.hIncrBy(createKeys(services[0].prefix).stateHead(namespace), "number", 1);
  redis.destroy();
  await watcher.ended;
  expect(watcher.events).toHaveLength(1);
});

test("a process takes a bounded number of watchers, and each gets every change", async () => {
  const few = await startService({
    MNEME_KEY_PREFIX: services[0].prefix,
    MNEME_WATCHERS_MAX: "50",
  });
  const namespace = newNamespace();
  const watchers = await Promise.all(upTo(50).map(() => openEvents(few, changesOf(namespace))));
  const refused = await few.send("GET", changesOf(namespace));
  expect(refused).toMatchObject({ status: 503, body: { code: "too_many_watchers" } });
  expect(refused.headers.get("retry-after")).toBe("5");
  await clients(4, 25, async (client, round) => {
    await setState(services[0], namespace, `k${client}`, round);
  });
  for (const watcher of watchers) {
    await watcher.count(100);
    expect(versions(watcher)).toEqual(upTo(100));
  }
  watchers[0]?.close();
  // Its place is free again.
  const next = await until(
    () => openEvents(few, changesOf(namespace)),
    ({ status }) => status === 200,
  );
  // The end of the service is the end of every stream, at once.
  const stopped = few.stop();
  await Promise.all([...watchers, next].map(({ ended }) => ended));
  expect(await stopped).toBe(0);
});

test("HEAD opens nothing", async () => {
  const one = await startService({ MNEME_WATCHERS_MAX: "1" });
  const path = changesOf(newNamespace());
  for (let turn = 0; turn < 3; turn++) {
    const head = await fetch(one.url + path, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-type")).toBe("text/event-stream");
  }
  const watcher = await openEvents(one, path);
  expect(watcher.status).toBe(200);
  watcher.close();
  await one.stop();
});

test("a watcher outlives a Redis that is away, and misses nothing", async () => {
  const redis = await startRedis({ appendonly: true });
  const service = await startService({ REDIS_URL: redis.url, MNEME_WATCH_HEARTBEAT_MS: "200" });
  const namespace = newNamespace();
  const watcher = await openEvents(service, changesOf(namespace));
  await setState(service, namespace, "k", 1);
  await watcher.count(1);
  await redis.kill9();
  // Longer than what was last known of keys serves.
  await sleep(6_000);
  await redis.restart();
  const other = await startService({ REDIS_URL: redis.url, MNEME_KEY_PREFIX: service.prefix });
  await setState(other, namespace, "k", 2);
  await setState(other, namespace, "k", 3);
  await watcher.count(3);
  expect(versions(watcher)).toEqual([1, 2, 3]);
  watcher.close();
  await Promise.all([service.stop(), other.stop()]);
  await redis.stop();
});
