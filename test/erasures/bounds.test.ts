import { createClient } from "redis";
import { afterAll, expect, inject, test } from "vitest";
import { createKeys } from "../../src/redis/keys.js";
import { LIMITS } from "../../src/domain/limits.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { newNamespace, postBatch, recall, remember } from "../support/acts/memories.js";
import { until, useService } from "../support/service/service.js";
import type { Erasure } from "./support.js";
import { erased, readErasure } from "./support.js";

const service = await useService({ MNEME_EMBEDDER: "local" });
const root = as(service, (await createKey(service)).key);
const stored = createKeys(service.prefix);
const redis = createClient({ url: inject("redisUrl") });
await redis.connect();
afterAll(() => redis.destroy());

async function cachedVectors(): Promise<number> {
  let count = 0;
  for await (const page of redis.scanIterator({ MATCH: `${stored.allEmbeddings()}*`, COUNT: 1000 })) {
    count += page.length;
  }
  return count;
}

test("A key that starts hundreds of erasures has 16 running at most, and keeps no other key out", async () => {
  const [mine, theirs] = [newNamespace(), newNamespace()];
  const memories = Array.from({ length: 50 }, (_, index) => ({
    content: `memory ${index}`,
    memory_type: "semantic",
  }));
  await postBatch(root, mine, memories);
  const verbs = ["read", "write", "admin"];
  const eager = as(service, await keyFor(root, mine, verbs));
  const other = as(service, await keyFor(root, theirs, verbs));
  const request = { filter: { metadata: { who: "nobody" } } };
  const accepted: string[] = [];
  let [refused, mostOpen] = [0, 0];
  const starter = async (): Promise<void> => {
    for (let index = 0; index < 10; index++) {
      const answer = await eager.send("POST", "/v1/erasures", request);
      mostOpen = Math.max(mostOpen, ...(await openByKey()));
      if (answer.status === 202) {
        accepted.push((answer.body as Erasure).id);
        continue;
      }
      expect(answer).toMatchObject({ status: 429, body: { code: "too_many_erasures" } });
      expect(answer.headers.get("retry-after")).toBe("5");
      refused += 1;
    }
  };
  await Promise.all(Array.from({ length: 30 }, starter));
  expect(accepted.length + refused).toBe(300);
  expect(refused).toBeGreaterThan(0);
  expect(mostOpen).toBe(LIMITS.openErasures);

  expect(await erased(other, request)).toMatchObject({ status: "complete" });
  for (const id of accepted) {
    await until(
      () => readErasure(eager, id),
      ({ status }) => status === "complete",
    );
  }
  expect(await openByKey()).toEqual([]);
  expect(await erased(eager, request)).toMatchObject({ status: "complete" });
}, 240_000);

async function openByKey(): Promise<number[]> {
  const lists: string[] = [];
  for await (const page of redis.scanIterator({ MATCH: `${stored.erasureJobsOpenOf("")}*`, COUNT: 1000 })) {
    lists.push(...page);
  }
  return Promise.all(lists.map((list) => redis.zCard(list)));
}

test("An erasure that finds nothing leaves others' cached vectors, and one that finds something doesn't", async () => {
  const namespace = newNamespace();
  await remember(root, namespace, { content: "A walrus sleeps.", metadata: { who: "ann" } });
  await recall(root, { namespaces: [namespace], query: "who sleeps?" });
  const before = await until(cachedVectors, (count) => count > 0);
  await erased(root, { filter: { metadata: { who: "nobody" } } });
  await erased(root, { subject: { entity: "Nobody" }, namespace });
  expect(await cachedVectors()).toBe(before);
  await erased(root, { filter: { metadata: { who: "ann" } } });
  expect(await cachedVectors()).toBe(0);
});

test("An erasure in one namespace reads no receipts of other namespaces", async () => {
  const [mine, theirs] = [newNamespace(), newNamespace()];
  for (const namespace of [mine, theirs]) {
    await remember(root, namespace, { content: "walrus", metadata: { who: "ann" } });
    await recall(root, { namespaces: [namespace], query: "walrus" });
  }
  const watcher = redis.duplicate();
  await watcher.connect();
  const read = new Set<string>();
  await watcher.monitor((line) => {
    // Retention trims them with another command.
    if (!line.includes('"XRANGE"')) return;
    for (const namespace of [mine, theirs])
      if (line.includes(stored.receipts(namespace))) read.add(namespace);
  });
  const done = await erased(root, { namespace: mine, subject: { metadata: { who: "ann" } } });
  watcher.destroy();
  expect(done.counts).toMatchObject({ memories: 1, receipts: 1 });
  expect([...read]).toEqual([mine]);
});
