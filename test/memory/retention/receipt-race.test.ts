import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { expect, inject, onTestFinished, test } from "vitest";
import { newNamespace, recall, remember } from "../../support/acts/memories.js";
import { startRedisTap } from "../../support/redis/tap.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startService, until } from "../../support/service/service.js";

test("a receipt that is kept while a sweep drops those before it stays", async () => {
  const [namespace, prefix] = [newNamespace(), `t${randomUUID()}`];
  const stream = `${prefix}:receipts:{${namespace}}`;
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  onTestFinished(() => redis.destroy());

  // A sweep that has found the stream empty, and would delete it by a command of its own, is held there.
  async function started() {
    const tap = await startRedisTap(inject("redisUrl"), `UNLINK\r\n$${stream.length}\r\n${stream}`);
    onTestFinished(() => tap.stop());
    const service = await startService({ MNEME_KEY_PREFIX: prefix, REDIS_URL: tap.url });
    onTestFinished(() => service.kill9());
    return { tap, service };
  }
  const [one, two] = [await started(), await started()];
  const retention = async ({ service }: typeof one, seconds: number): Promise<void> => {
    const settings = { retention: { receipts_seconds: seconds } };
    expect((await putSettings(service, namespace, settings)).status).toBe(200);
  };
  await remember(one.service, namespace, { content: "a walrus" });
  await retention(one, 1);
  await recall(one.service, { query: "walrus", namespaces: [namespace], receipt: true });
  const isDropped = until(
    () => redis.hVals(`${prefix}:receipt-homes:{~system}`),
    (homes) => !homes.includes(namespace),
  ).then(() => one);
  isDropped.catch(() => {});
  const sweeping = await Promise.race([
    one.tap.held.then(() => one),
    two.tap.held.then(() => two),
    isDropped,
  ]);

  const other = sweeping === one ? two : one;
  await retention(other, 3600);
  const kept = await recall(other.service, { query: "walrus", namespaces: [namespace], receipt: true });
  sweeping.tap.release();
  await sleep(200);
  expect((await other.service.send("GET", `/v1/receipts/${kept.receipt_id}`)).status).toBe(200);
});
