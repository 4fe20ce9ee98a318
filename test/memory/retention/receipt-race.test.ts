import { randomUUID } from "node:crypto";
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
  const tap = await startRedisTap(inject("redisUrl"), `UNLINK\r\n$${stream.length}\r\n${stream}`);
  onTestFinished(() => tap.stop());
  const sweeper = await startService({ MNEME_KEY_PREFIX: prefix, REDIS_URL: tap.url });
  onTestFinished(() => sweeper.kill9());
  const retention = async (seconds: number | null): Promise<void> => {
    const settings = { retention: { receipts_seconds: seconds } };
    expect((await putSettings(other, namespace, settings)).status).toBe(200);
  };
  let other = sweeper;
  await remember(sweeper, namespace, { content: "a walrus" });
  await retention(1);
  await recall(sweeper, { query: "walrus", namespaces: [namespace], receipt: true });
  const isDropped = until(
    () => redis.hVals(`${prefix}:receipt-homes:{~system}`),
    (homes) => !homes.includes(namespace),
  );
  await Promise.race([tap.held, isDropped]);
  other = await startService({ MNEME_KEY_PREFIX: prefix });
  onTestFinished(async () => void (await other.stop()));
  await retention(3600);
  const { receipt_id } = await recall(other, { query: "walrus", namespaces: [namespace], receipt: true });
  tap.release();
  await isDropped.catch(() => {});
  expect((await other.send("GET", `/v1/receipts/${receipt_id}`)).status).toBe(200);
});
