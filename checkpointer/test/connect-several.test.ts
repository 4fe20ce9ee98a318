import { randomUUID } from "node:crypto";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../test/support/redis/start.js";
import { RedisSaver } from "../src/index.js";
import { startCluster } from "./support/cluster.js";
import type { TestCluster } from "./support/cluster.js";
import { startSentinel } from "./support/sentinel.js";

/** Puts checkpoints of several threads, and reads them. */
async function use(url: string): Promise<void> {
  await using saver = await RedisSaver.fromUrl(url);
  const threads = Array.from({ length: 8 }, () => ({
    configurable: { thread_id: randomUUID(), checkpoint_ns: "" },
  }));
  const metadata = { source: "input" as const, step: -1, parents: {} };
  const stored = await Promise.all(
    threads.map((thread) => saver.put(thread, emptyCheckpoint(), metadata, {})),
  );
  for (const [n, thread] of threads.entries()) {
    const found = await saver.getTuple(thread);
    expect(found?.config.configurable).toEqual(stored[n]?.configurable);
    await saver.deleteThread(thread.configurable.thread_id);
  }
}

describe("RedisSaver.fromUrl of a cluster", () => {
  let cluster: TestCluster;
  let hosts: string[];
  beforeAll(async () => {
    cluster = await startCluster();
    hosts = cluster.urls.map((url) => new URL(url).host);
  });
  afterAll(() => cluster.stop());

  it("finds all of its nodes from one, and from several of which some are away", async () => {
    await use(`redis+cluster://${hosts[0]}`);
    await use(`redis+cluster://127.0.0.1:1,${hosts.join(",")}/0`);
  });

  it("rejects with the hosts and without the password where none is there", async () => {
    const failure = RedisSaver.fromUrl("redis+cluster://:secret@127.0.0.1:1,127.0.0.1:2", {
      connectTimeoutMs: 2000,
    });
    await expect(failure).rejects.toThrow(/^Redis at 127.0.0.1:1, 127.0.0.1:2 can't be used: /);
    await expect(failure).rejects.not.toThrow(/secret/);
  });
});

describe("RedisSaver.fromUrl of Sentinels", () => {
  it("uses the master that they name", async () => {
    const redis = await startRedis();
    const sentinel = await startSentinel(Number(new URL(redis.url).port));
    try {
      await use(`redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/${sentinel.name}`);
      const other = RedisSaver.fromUrl(`redis+sentinel://:secret@127.0.0.1:${sentinel.port}/other`, {
        connectTimeoutMs: 1500,
      });
      await expect(other).rejects.toThrow(/^Redis at 127.0.0.1:\d+ can't be used: /);
      await expect(other).rejects.not.toThrow(/secret/);
    } finally {
      await sentinel.stop();
      await redis.stop();
    }
  });
});
