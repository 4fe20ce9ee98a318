import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test, inject } from "vitest";
import type { Json, Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  contents,
  memoriesOf,
  newNamespace,
  pathOf,
  recall,
  remember,
} from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const KEPT_MS = 5000;

let service: Service;
const redis = createClient({ url: inject("redisUrl") });
beforeAll(async () => {
  service = await startService({ VERSION_RETENTION_DAYS: String(KEPT_MS / 86_400_000) });
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await service.stop();
});

async function revise(memory: Memory, patch: Json): Promise<Memory> {
  return bodyOf<Memory>(await service.send("PATCH", pathOf(memory), patch), 200);
}

async function bytesIn(namespace: string): Promise<number> {
  const answer = await service.send("GET", `/v1/namespaces/${namespace}/usage`);
  return bodyOf<{ bytes: number }>(answer, 200).bytes;
}

async function versionsOf(memory: Memory): Promise<number[]> {
  const answer = await service.send("GET", `${pathOf(memory)}/versions`);
  return bodyOf<{ versions: { version: number }[] }>(answer, 200).versions.map(({ version }) => version);
}

const oldKeys = (memory: Memory): Promise<string[]> =>
  redis.keys(`${service.prefix}:old:{${memory.namespace}}:${memory.id}:*`);

test("an old version goes after its time, and its bytes with it; the memory stays", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "the gate opens at nine" });
  const alone = await bytesIn(namespace);
  const asOf = memory.recorded_at;
  await sleep(5);
  await revise(memory, { content: "the gate opens at ten!" });
  await revise(memory, { ttl_seconds: 3600 });
  expect(await versionsOf(memory)).toEqual([3, 2, 1]);
  expect(await bytesIn(namespace)).toBeGreaterThan(2 * alone);
  const then = { query: "gate opens", namespaces: [namespace], as_of: asOf, mode: "keyword" };
  expect(contents(await recall(service, then))).toEqual(["the gate opens at nine"]);

  await until(
    () => versionsOf(memory),
    (versions) => versions.length === 1,
  );
  expect(await oldKeys(memory)).toEqual([]);
  await until(
    () => bytesIn(namespace),
    (bytes) => bytes < 2 * alone,
  );
  const gone = await service.send("GET", `${pathOf(memory)}?as_of=${asOf}`);
  expect(gone.status).toBe(410);
  expect(gone.body).toMatchObject({ code: "history_expired" });
  const before = new Date(Date.parse(asOf) - 60_000).toISOString();
  expect((await service.send("GET", `${pathOf(memory)}?as_of=${before}`)).status).toBe(404);
  expect(contents(await recall(service, then))).toEqual([]);
  const restored = await service.send("POST", `${pathOf(memory)}/restore`, { version: 1 });
  expect(restored.status).toBe(404);
  const now = bodyOf<Memory>(await service.send("GET", pathOf(memory)), 200);
  expect(now).toMatchObject({ content: "the gate opens at ten!", version: 3 });

  // Nothing is left of what it counted for.
  expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
  expect(await bytesIn(namespace)).toBe(0);
});

test("a memory whose life is prolonged doesn't prolong its old versions; one that ends takes them along", async () => {
  const namespace = newNamespace();
  const lasting = await remember(service, namespace, { content: "a lasting note", ttl_seconds: 1000 });
  await revise(lasting, { tags: ["a"] });
  await revise(lasting, { tags: ["b"], ttl_seconds: null });
  const short = await remember(service, namespace, { content: "a short note" });
  await revise(short, { tags: ["a"], ttl_seconds: 3 });
  for (const memory of [lasting, short])
    for (const key of nonEmpty(await oldKeys(memory))) {
      const left = await redis.pTTL(key);
      expect(left).toBeGreaterThan(-2);
      expect(left).not.toBe(-1);
      expect(left).toBeLessThanOrEqual(memory === short ? 3000 : KEPT_MS);
    }
  // Seen again without an end.
  await service.send("POST", memoriesOf(namespace), { memory_type: "semantic", content: "a lasting note" });
  for (const key of nonEmpty(await oldKeys(lasting))) expect(await redis.pTTL(key)).not.toBe(-1);

  await until(
    () => service.send("GET", `${memoriesOf(namespace)}?limit=10`),
    ({ body }) => (body as { memories: unknown[] }).memories.length === 1,
  );
  await until(
    () => versionsOf(lasting),
    (versions) => versions.length === 1,
  );
  await sleep(50);
  expect((await service.send("DELETE", pathOf(lasting))).status).toBe(204);
  expect(await bytesIn(namespace)).toBe(0);
});
