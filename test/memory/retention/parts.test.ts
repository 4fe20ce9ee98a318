import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { MnemeStore } from "../../../checkpointer/src/index.js";
import { PRESENT, changeOf } from "../../../src/redis/migrations/upgrade-record.js";
import { parseStored } from "../../../src/redis/codec/document.js";
import type { MemoryDocument } from "../../../src/redis/codec/document.js";
import { bodyOf, listAll, newNamespace, remember } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { putSettings } from "../../support/service/namespaces.js";
import { until } from "../../support/service/service.js";

const { service, redis } = await startWithRedis();

/** In several parts. */
const LARGE = { text: "The walrus eats clams. ".repeat(10_000) };
const KEEP_SECONDS = 2;
const HOUR_SECONDS = 3600;

async function withStore() {
  const root = newNamespace();
  const store = new MnemeStore({ url: service.url, rootNamespace: root });
  const namespace = `${root}.walrus`;
  await store.put(["walrus"], "large", LARGE);
  return { store, namespace, item: itemOf(namespace, "large") };
}

const itemOf = (namespace: string, key: string): string =>
  `/v1/namespaces/${namespace}/items/${encodeURIComponent(key)}`;

async function keep(namespace: string, seconds: number): Promise<void> {
  const settings = { retention: { semantic_seconds: seconds } };
  expect((await putSettings(service, namespace, settings)).status).toBe(200);
}

async function withRetention() {
  const made = await withStore();
  await keep(made.namespace, KEEP_SECONDS);
  return made;
}

/** No test waits for hours. */
async function age(memories: readonly Memory[], seconds: number): Promise<void> {
  const at = String(Date.now() - seconds * 1000);
  for (const { namespace, id } of memories) {
    const record = `${service.prefix}:rec:{${namespace}}:${id}`;
    await redis.sendCommand([
      "JSON.MERGE",
      record,
      "$",
      `{"memory":{"updated_at":${at}},"index":{"since":${at}}}`,
    ]);
  }
}

async function putItem(namespace: string, key: string, metadata: object): Promise<Memory> {
  const answer = await service.send("PUT", itemOf(namespace, key), { metadata });
  expect(answer.status).toBe(201);
  return answer.body as Memory;
}

const isPart = ({ key }: Memory): boolean => key?.startsWith("~part.") === true;

/** The parts of a put that didn't come to its end. */
const putOrphans = (namespace: string, set: string, count = 1): Promise<Memory[]> =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      putItem(namespace, `~part.${set}.${n}`, { "mneme:part": set, text: "x" }),
    ),
  );

/** Whether a memory that is old enough was deleted: retention has looked at this namespace since. */
async function untilRetired(namespace: string, old: Memory): Promise<void> {
  await until(
    () => listAll(service, namespace),
    (memories) => memories.every(({ id }) => id !== old.id),
  );
}

test("parts of a large item end with it, not before", async () => {
  const { store, namespace } = await withRetention();
  expect((await listAll(service, namespace)).length).toBeGreaterThan(4);
  // It rejects where parts are missing.
  for (;;) {
    const item = await store.get(["walrus"], "large");
    if (item === null) break;
    expect(item.value).toEqual(LARGE);
  }
  await until(
    () => listAll(service, namespace),
    (memories) => memories.length === 0,
  );
});

test("an item that is revised keeps its parts, and another put ends none of the new ones", async () => {
  const { store, namespace, item } = await withRetention();
  const end = Date.now() + 12_000;
  for (let importance = 0.1; Date.now() < end; importance += 0.01) {
    const { id } = (await service.send("GET", item)).body as { id: string };
    const revised = await service.send("PATCH", `/v1/namespaces/${namespace}/memories/${id}`, { importance });
    expect(revised.status).toBe(200);
    await sleep(500);
  }
  expect((await store.get(["walrus"], "large"))?.value).toEqual(LARGE);
  const parts = (await listAll(service, namespace)).length;
  await store.put(["walrus"], "large", { text: LARGE.text.toUpperCase() });
  expect((await listAll(service, namespace)).length).toBe(parts);
  await until(
    () => listAll(service, namespace),
    (memories) => memories.length === 0,
  );
});

test("old parts stay with an item that is young, delay nothing, and are deleted where no item names them", async () => {
  const { store, namespace } = await withStore();
  const parts = (await listAll(service, namespace)).filter(isPart);
  const { metadata } = bodyOf<Memory>(await service.send("GET", itemOf(namespace, "large")), 200);
  const { set } = metadata;
  // None of these has its value in the set.
  for (let n = 0; n < 12; n++) await putItem(namespace, `decoy ${n}`, { set });
  // More than retention looks for at once, and older than what it has to delete.
  const crowd = await putOrphans(namespace, "crowd", 120);
  await putItem(namespace, "names the crowd", { "mneme:value": "json", set: "crowd", parts: 120 });
  const orphans = await putOrphans(namespace, "nobody's", 3);
  const young = await putOrphans(namespace, "of a put that goes on");
  const old = await remember(service, namespace, { content: "The walrus sleeps." });
  await age([...crowd, ...parts, ...orphans], 30 * HOUR_SECONDS);
  await age([old], 20 * HOUR_SECONDS);
  await age(young, HOUR_SECONDS / 2);
  await keep(namespace, HOUR_SECONDS / 4);
  await untilRetired(namespace, old);
  const left = await until(
    () => listAll(service, namespace),
    (memories) => !memories.some(({ id }) => orphans.some((orphan) => orphan.id === id)),
  );
  const ids = new Set(left.filter(isPart).map(({ id }) => id));
  expect(ids).toEqual(new Set([...crowd, ...parts, ...young].map(({ id }) => id)));
  expect((await store.get(["walrus"], "large"))?.value).toEqual(LARGE);
});

test("parts stay with an item whose copy ends, and go with the last item that names them", async () => {
  const { store, namespace, item } = await withStore();
  const { metadata } = (await service.send("GET", item)).body as Memory;
  const copy = await putItem(namespace, "copy", metadata);
  await age([copy, ...(await listAll(service, namespace)).filter(isPart)], 30 * HOUR_SECONDS);
  await keep(namespace, HOUR_SECONDS);
  await untilRetired(namespace, copy);
  const end = await remember(service, namespace, { content: "The walrus sleeps." });
  await age([end], 30 * HOUR_SECONDS);
  await untilRetired(namespace, end);
  expect((await store.get(["walrus"], "large"))?.value).toEqual(LARGE);
  await age(await listAll(service, namespace), 30 * HOUR_SECONDS);
  await until(
    () => listAll(service, namespace),
    (memories) => memories.length === 0,
  );
});

test("an upgrade tells parts of items from other memories", async () => {
  const { namespace, item } = await withStore();
  const part = (await listAll(service, namespace)).find(isPart);
  const whole = (await service.send("GET", item)).body as Memory;
  for (const [memory, facets] of [
    [part, ["part"]],
    [whole, []],
  ] as const) {
    const key = `${service.prefix}:rec:{${namespace}}:${memory?.id ?? ""}`;
    const document = parseStored<MemoryDocument>(String(await redis.sendCommand(["JSON.GET", key])));
    const { index } = document;
    const without = index.facets.filter((facet) => facet !== "part");
    expect(index.facets.filter((facet) => !without.includes(facet))).toEqual(facets);
    const before = { ...document, index: { ...index, facets: without, schema: 4 } };
    const change = changeOf({ id: memory?.id ?? "", version: undefined, document: before }, PRESENT);
    expect(change?.index?.["facets"] ?? without).toEqual([...without, ...facets]);
  }
});
