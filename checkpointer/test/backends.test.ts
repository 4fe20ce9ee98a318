import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startRedis } from "../../test/support/redis/start.js";
import type { TestRedis } from "../../test/support/redis/start.js";
import { RedisSaver } from "../src/index.js";
import type { RedisConnection } from "../src/index.js";
import { at, idOf, putChain, putValues, toArray } from "./support/checkpoints.js";
import { startCluster } from "./support/cluster.js";
import type { TestCluster } from "./support/cluster.js";
import { randomPrefix } from "./support/random.js";
import { startSentinel } from "./support/sentinel.js";
import type { TestSentinel } from "./support/sentinel.js";

const MESSAGES = Array.from({ length: 8 }, (_, i) => ({ i, text: "x".repeat(100) }));

/** What takes more than one key or one slot. */
async function exercise(client: RedisConnection): Promise<void> {
  const saver = new RedisSaver(client, { keyPrefix: randomPrefix(), ttl: { seconds: 100 } });
  const threads = Array.from({ length: 20 }, (_, i) => `thread ${i}`);
  for (const thread of threads) {
    const configs = await putChain(saver, thread, 3);
    const newest = await putValues(saver, configs.at(-1) ?? at(thread), { messages: MESSAGES });
    await saver.putWrites(newest, [["n", thread]], "task");
    await saver.copyThread(thread, `${thread} copied`);
    expect(await saver.prune(thread, { keepLast: 2 })).toBe(2);
    const tuple = await saver.getTuple(at(`${thread} copied`));
    expect(tuple?.config.configurable?.["checkpoint_id"]).toBe(idOf(newest));
    expect(tuple?.checkpoint.channel_values).toEqual({ messages: MESSAGES });
    expect(tuple?.pendingWrites).toEqual([["task", "n", thread]]);
    expect(await saver.getDeltaChannelHistory({ config: newest, channels: ["n"] })).toEqual({
      n: { writes: [], seed: 2 },
    });
  }
  expect((await toArray(saver.list({}))).length).toBe(20 * (2 + 4));
  for (const thread of threads) await saver.deleteThread(thread);
  expect((await saver.listThreads({ limit: 100 })).threads.length).toBe(20);
}

describe("a saver works with", () => {
  let plain: TestRedis;
  let cluster: TestCluster;
  let sentinel: TestSentinel;
  beforeAll(async () => {
    plain = await startRedis({ modules: false });
    cluster = await startCluster();
    sentinel = await startSentinel(plain.port);
  });
  afterAll(async () => {
    await Promise.all([sentinel, plain, cluster].map((server) => server.stop()));
  });

  it("a client", async () => {
    const client = await createClient({ url: inject("redisUrl") }).connect();
    await exercise(client);
    await client.close();
  });

  it("a client that speaks RESP 2, to a Redis without modules", async () => {
    const client = await createClient({ url: plain.url, RESP: 2 }).connect();
    const modules = await client.sendCommand(["MODULE", "LIST"]);
    expect(modules).toEqual([]);
    await exercise(client);
    await client.close();
  });

  it("a pool", async () => {
    const pool = createClientPool({ url: plain.url });
    await pool.connect();
    await exercise(pool);
    await pool.close();
  });

  it("a cluster", async () => {
    const client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    await client.connect();
    await exercise(client);
    await client.close();
  });

  it("a sentinel", async () => {
    const client = createSentinel({
      name: sentinel.name,
      sentinelRootNodes: [{ host: "127.0.0.1", port: sentinel.port }],
    });
    client.on("error", () => {});
    await client.connect();
    await exercise(client);
    await client.close();
  });
});
