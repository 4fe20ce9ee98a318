import { Redis } from "ioredis";
import { createClient } from "redis";
import { createClient as createClientOfVersion4 } from "redis-4";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { RedisSaver } from "../src/index.js";
import type { RedisConnection } from "../src/index.js";
import { at, checkpointOf, idOf, idsOf, METADATA, putChain, toArray } from "./support/checkpoints.js";
import { randomPrefix } from "./support/random.js";

async function ofVersion4() {
  const client = createClientOfVersion4({ url: inject("redisUrl") });
  await client.connect();
  return { client, close: () => client.quit() };
}

async function ofIoredis(options: object) {
  const client = new Redis(inject("redisUrl"), options);
  return { client, close: () => client.quit() };
}

async function ofVersion6(RESP: 2 | 3) {
  const client = createClient({ url: inject("redisUrl"), RESP });
  await client.connect();
  return { client, close: () => client.close() };
}

describe.each([
  ["node-redis 4", ofVersion4],
  ["node-redis 6 with RESP2", () => ofVersion6(2)],
  ["node-redis 6 with RESP3", () => ofVersion6(3)],
  ["ioredis", () => ofIoredis({})],
  ["ioredis with a prefix of its own for keys", () => ofIoredis({ keyPrefix: "app:" })],
])("a client of %s", (_, open) => {
  it("stores and reads checkpoints, writes, lists and bytes", async () => {
    const { client, close } = await open();
    onTestFinished(() => void close());
    const saver = new RedisSaver(client, { keyPrefix: randomPrefix(), ttl: { seconds: 60 } });
    const bytes = new Uint8Array([0, 255, 10, 13, 128]);
    const list = Array.from({ length: 40 }, (__, n) => ({ n, text: "ä😀" }));
    const first = await saver.put(at("t"), checkpointOf({ bytes, list }), METADATA, { bytes: 1, list: 1 });
    await saver.putWrites(first, [["channel", { bytes }]], "task");
    const tuple = await saver.getTuple(at("t"));
    expect(tuple?.checkpoint.channel_values).toEqual({ bytes, list });
    expect(tuple?.pendingWrites).toEqual([["task", "channel", { bytes }]]);

    const configs = await putChain(saver, "chain", 5);
    expect(idsOf(await toArray(saver.list(at("chain"))))).toEqual(configs.map(idOf).toReversed());
    await saver.copyThread("chain", "copy");
    expect(await saver.prune("copy", { keepLast: 2 })).toBe(3);
    expect((await saver.listThreads()).threads.map(({ threadId }) => threadId).toSorted()).toEqual([
      "chain",
      "copy",
      "t",
    ]);
    expect((await saver.describeThread("copy"))?.expiresAt).toBeInstanceOf(Date);
    await saver.deleteThread("chain");
    expect(await saver.getTuple(at("chain"))).toBeUndefined();
  });
});

describe("what isn't a client", () => {
  it.each([
    ["nothing", undefined, "not undefined"],
    ["a URL", "redis://127.0.0.1:6379", "not string"],
    ["an object", {}, "not an object of Object"],
    ["a client of another package", { send: () => {}, connected: true }, "node-redis"],
    ["one whose sendCommand is no function", { sendCommand: true }, "node-redis"],
  ])("%s is refused by the constructor", (_, given, reason) => {
    expect(() => new RedisSaver(given as RedisConnection)).toThrow(TypeError);
    expect(() => new RedisSaver(given as RedisConnection)).toThrow(reason);
  });
});
