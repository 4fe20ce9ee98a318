import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { expect, test } from "vitest";
import type { Memory } from "../support/acts/memories.js";
import { bodyOf, newNamespace, post, read } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import { startService, until, untilReady } from "../support/service/service.js";

const DURABLE = { headers: { prefer: "durable" } };

test("every write that was answered under Prefer: durable is there after kill -9 of Redis", async () => {
  const redis = await startRedis({ appendonly: true, appendfsync: "everysec" });
  const service = await startService({ REDIS_URL: redis.url });
  const namespace = newNamespace();
  const acknowledged: Memory[] = [];
  const stop = new AbortController();
  const write = async (writer: number): Promise<void> => {
    for (let index = 0; !stop.signal.aborted; index++) {
      const answer = await post(service, namespace, { content: `${writer}.${index}` }, DURABLE);
      if (answer.status !== 201) {
        // Away while it is down; unconfirmed where it went down during the wait.
        expect(answer.status).toBe(503);
        await sleep(20);
        continue;
      }
      expect(answer.headers.get("preference-applied")).toBe("durable");
      acknowledged.push(bodyOf<Memory>(answer, 201));
    }
  };
  const writers = Array.from({ length: 16 }, (_, writer) => write(writer));
  for (let round = 0; round < 3; round++) {
    const before = acknowledged.length;
    await sleep(1000);
    await until(
      async () => acknowledged.length,
      (count) => count > before + 8,
    );
    await redis.kill9();
    await redis.restart();
  }
  stop.abort();
  await Promise.all(writers);
  await untilReady(service);
  expect(acknowledged.length).toBeGreaterThan(16);
  for (const memory of acknowledged) expect(await read(service, memory)).toMatchObject(memory);
  await service.stop();
  await redis.stop();
});

test("a Redis without an append-only file can't confirm: 503, and the write can be seen", async () => {
  const redis = await startRedis();
  const service = await startService({ REDIS_URL: redis.url });
  const namespace = newNamespace();
  const answer = await post(service, namespace, { content: "unsure" }, DURABLE);
  expect(answer).toMatchObject({ status: 503, body: { code: "durability_unconfirmed" } });
  expect(answer.headers.get("retry-after")).toBe("1");
  const plain = await post(service, namespace, { content: "unsure" });
  expect(plain).toMatchObject({ status: 200, body: { seen_count: 2 } });
  expect(plain.headers.get("preference-applied")).toBeNull();
  // Nothing is written, nothing to wait for.
  expect((await post(service, namespace, { content: "" }, DURABLE)).status).toBe(400);
  const recalled = await service.send(
    "POST",
    "/v1/recall",
    { query: "unsure", namespaces: [namespace] },
    DURABLE,
  );
  expect(recalled.status).toBe(200);
  await service.stop();
  await redis.stop();
});

test("unconfirmed in time is 503, and a retry with the same key waits again, without acting again", async () => {
  const redis = await startRedis({ appendonly: true, appendfsync: "no" });
  const service = await startService({
    REDIS_URL: redis.url,
    MNEME_DURABLE: "1",
    MNEME_DURABLE_TIMEOUT_MS: "50",
  });
  const namespace = newNamespace();
  const options = { headers: { "idempotency-key": "pay-7" } };
  const answer = await post(service, namespace, { content: "slow" }, options);
  expect(answer).toMatchObject({ status: 503, body: { code: "durability_unconfirmed" } });
  const admin = createClient({ url: redis.url });
  await admin.connect();
  await admin.configSet("appendfsync", "always");
  const retried = await post(service, namespace, { content: "slow" }, options);
  expect(retried).toMatchObject({ status: 201, body: { seen_count: 1 } });
  expect(retried.headers.get("preference-applied")).toBe("durable");
  expect(retried.headers.get("idempotency-replayed")).toBe("true");
  await admin.configSet("appendfsync", "no");
  const item = `/v1/namespaces/${namespace}/items/colour`;
  const once = { headers: { "idempotency-key": "item-1", "if-none-match": "*" } };
  const put = () => service.send("PUT", item, { content: "Green." }, once);
  expect((await put()).status).toBe(503);
  expect((await put()).status).toBe(503);
  await admin.configSet("appendfsync", "always");
  expect((await put()).status).toBe(201);
  const again = await post(service, namespace, { content: "slow" }, options);
  expect(again.text).toBe(retried.text);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  admin.destroy();
  await service.stop();
  await redis.stop();
});
