import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { MnemeStore } from "../../../checkpointer/src/index.js";
import { listAll, newNamespace } from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import { until, useService } from "../../support/service/service.js";

const service = await useService();

/** In several parts. */
const LARGE = { text: "The walrus eats clams. ".repeat(10_000) };
const KEEP_SECONDS = 2;

async function withRetention() {
  const root = newNamespace();
  const store = new MnemeStore({ url: service.url, rootNamespace: root });
  const namespace = `${root}.walrus`;
  const settings = { retention: { semantic_seconds: KEEP_SECONDS } };
  expect((await putSettings(service, namespace, settings)).status).toBe(200);
  await store.put(["walrus"], "large", LARGE);
  return { store, namespace, item: `/v1/namespaces/${namespace}/items/large` };
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
