import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectOnce } from "../../../scripts/redis/server/connect.js";
import { openRedis } from "../../../src/redis/connection/open-redis.js";
import { createSubscriptions } from "../../../src/redis/connection/subscriptions.js";
import { startRedis } from "../../support/redis/start.js";
import type { TestRedis } from "../../support/redis/start.js";
import { until } from "../../support/service/service.js";

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test("while Redis is away, its loss is reported once, and what gave up waiting listens no more", async () => {
  const { client, nodes } = openRedis({ url: redis.url });
  await client.connect();
  let reports = 0;
  const subscriptions = await createSubscriptions(nodes, () => reports++);
  try {
    await subscriptions.listen("kept", () => {});
    await redis.kill9();
    await until(
      async () => reports,
      (count) => count > 0,
    );
    await expect(subscriptions.listen("left", () => {})).rejects.toMatchObject({ code: "redis_unavailable" });
    expect(reports).toBe(1);
    await redis.restart();
    await until(
      async () => subscriptions.connected(),
      (connected) => connected,
    );
    const asking = await connectOnce({ port: redis.port });
    const channels = () => asking.sendCommand(["PUBSUB", "CHANNELS"]) as Promise<unknown[]>;
    await until(channels, (found) => found.length > 0);
    await sleep(100);
    expect(await channels()).toEqual(["kept"]);
    asking.destroy();
  } finally {
    subscriptions.close();
    client.destroy();
  }
});
