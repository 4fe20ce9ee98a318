import { Annotation, Send, START, StateGraph } from "@langchain/langgraph";
import { once } from "node:events";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { startRedis } from "../../test/support/redis/start.js";
import { isLong } from "../../test/support/run/long.js";
import { RedisSaver, RedisTimeoutError } from "../src/index.js";
import type { RedisSaverOptions } from "../src/index.js";
import {
  at,
  checkpointOf,
  idOf,
  idsOf,
  METADATA,
  putChain,
  putValues,
  toArray,
} from "./support/checkpoints.js";
import { randomPrefix } from "./support/random.js";
import { client, createSaver } from "./support/savers.js";

describe("options", () => {
  it("refuses those that nothing reads, by their names", async () => {
    const unknown = { keyprefix: "x", tll: 1 } as RedisSaverOptions;
    expect(() => createSaver(unknown)).toThrow("RedisSaver has no option keyprefix, tll");
    await expect(RedisSaver.fromUrl(inject("redisUrl"), unknown)).rejects.toThrow(TypeError);
  });

  it.each([
    [{ keepLast: 0 }, "keepLast"],
    [{ keepLast: 1.5 }, "keepLast"],
    [{ operationTimeoutMs: 0 }, "operationTimeoutMs"],
    [{ refreshOnRead: true }, "ttl: { seconds, refreshOnRead }"],
    [{ defaultTTL: 0 }, "defaultTTL"],
  ])("refuses %j", (options, reason) => {
    expect(() => createSaver(options)).toThrow(reason);
  });

  it("takes the TTL of the official saver, in minutes, with a hint", async () => {
    // The warning of an option that was refused before may still be on its way.
    await new Promise((resolve) => setImmediate(resolve));
    const warned = once(process, "warning");
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix, defaultTTL: 2, refreshOnRead: true });
    const [hint] = (await warned) as [Error];
    expect(hint.message).toContain('ttl: {"seconds":120,"refreshOnRead":true}');
    await putChain(saver, "t", 1);
    const left = await client.pTTL(`${keyPrefix}:{t}:heads`);
    expect(left).toBeGreaterThan(110_000);
    expect(left).toBeLessThanOrEqual(120_000);
  });

  it("hands options of node-redis to the client that it opens", async () => {
    const saver = await RedisSaver.fromUrl(inject("redisUrl"), { client: { name: `named-${process.pid}` } });
    onTestFinished(() => saver.end());
    expect(String(await client.sendCommand(["CLIENT", "LIST"]))).toContain(`name=named-${process.pid}`);
  });
});

it("put takes the channels' versions for new where it isn't told which are", async () => {
  const saver: Pick<BaseCheckpointSaver, "getTuple"> & {
    put(...args: unknown[]): Promise<unknown>;
  } = withoutTypes(createSaver());
  await saver.put(at("t"), checkpointOf({ a: 1, b: [2] }), METADATA);
  expect((await saver.getTuple(at("t")))?.checkpoint.channel_values).toEqual({ a: 1, b: [2] });
});

/** For calls that TypeScript would refuse. */
function withoutTypes(saver: RedisSaver) {
  return saver as unknown as Pick<BaseCheckpointSaver, "getTuple"> & {
    put(...args: unknown[]): Promise<unknown>;
  };
}

describe("keepLast", () => {
  it("prunes as a thread grows, also by processes that store one checkpoint each", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix, keepLast: 4 });
    const configs = await putChain(saver, "t", 30);
    const left = idsOf(await toArray(saver.list(at("t"))));
    expect(left.length).toBeGreaterThanOrEqual(4);
    expect(left.length).toBeLessThanOrEqual(6);
    expect(left).toEqual(configs.map(idOf).toReversed().slice(0, left.length));
    let parent = configs.at(-1) ?? at("t");
    for (let n = 0; n < 10; n++) {
      const checkpoint = checkpointOf({ n });
      const own = createSaver({ keyPrefix, keepLast: 4 });
      parent = await own.put(parent, checkpoint, METADATA, checkpoint.channel_versions);
    }
    expect(await toArray(saver.list(at("t")))).toHaveLength(4);
    expect((await saver.getTuple(at("t")))?.checkpoint.channel_values).toEqual({ n: 9 });
  });

  it("leaves an interrupted run that can be resumed", async () => {
    const saver = createSaver({ keepLast: 1 });
    const Log = Annotation.Root({ log: Annotation<string[]>({ reducer: (a, b) => [...a, ...b] }) });
    const graph = new StateGraph(Log)
      .addNode("one", () => ({ log: ["one"] }))
      .addNode("two", () => ({ log: ["two"] }))
      .addEdge(START, "one")
      .addEdge("one", "two")
      .compile({ checkpointer: saver, interruptBefore: ["two"] });
    const config = { configurable: { thread_id: "interrupted" } };
    await graph.invoke({ log: [] }, config);
    expect((await graph.invoke(null, config)).log).toEqual(["one", "two"]);
  });
});

describe("a Redis that", () => {
  it("is frozen ends every operation in time, with its name, and can be left", async () => {
    const redis = await startRedis();
    const saver = await RedisSaver.fromUrl(redis.url, { operationTimeoutMs: 500 });
    await putChain(saver, "t", 2);
    process.kill(redis.pid, "SIGSTOP");
    onTestFinished(async () => {
      process.kill(redis.pid, "SIGCONT");
      await redis.stop();
    });
    const operations = {
      get: () => saver.getTuple(at("t")),
      put: () => putChain(saver, "t", 1),
      putWrites: () => saver.putWrites(at("t", "", "x"), [["a", 1]], "task"),
      list: () => toArray(saver.list(at("t"))),
      deleteThread: () => saver.deleteThread("t"),
      listThreads: () => saver.listThreads(),
    };
    await Promise.all(
      Object.entries(operations).map(async ([name, operation]) => {
        const failure = operation();
        await expect(failure).rejects.toThrow(RedisTimeoutError);
        await expect(failure).rejects.toThrow(new RegExp(`^${name}: Redis gave no answer within \\d+ ms`));
      }),
    );
    await saver.end();
  });

  it("is a replica isn't read from", async () => {
    const master = await startRedis();
    onTestFinished(() => master.stop());
    const saver = await RedisSaver.fromUrl(master.url);
    onTestFinished(() => saver.end());
    await putChain(saver, "t", 2);
    expect(await saver.getTuple(at("t"))).toBeDefined();
    // As after a failover: the same connection, to what isn't the master any more.
    const admin = client.duplicate({ url: master.url });
    await admin.connect();
    onTestFinished(() => admin.destroy());
    await admin.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
    await expect(saver.getTuple(at("t"))).rejects.toThrow("READONLY");
    await expect(toArray(saver.list(at("t")))).rejects.toThrow("READONLY");
    await expect(saver.describeThread("t")).rejects.toThrow("READONLY");
    await admin.sendCommand(["REPLICAOF", "NO", "ONE"]);
    expect(await saver.getTuple(at("t"))).toBeDefined();
  });

  it("is full is still read from", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const saver = await RedisSaver.fromUrl(redis.url, { ttl: { seconds: 60, refreshOnRead: true } });
    onTestFinished(() => saver.end());
    await putChain(saver, "t", 2);
    const admin = client.duplicate({ url: redis.url });
    await admin.connect();
    onTestFinished(() => admin.destroy());
    await admin.configSet("maxmemory", "1");
    await expect(putChain(saver, "t", 1)).rejects.toThrow("OOM");
    expect(await saver.getTuple(at("t"))).toBeDefined();
    expect(await toArray(saver.list(at("t")))).toHaveLength(2);
  });
});

it("the writes of 3,500 tasks, which begin at once, are stored whole", async () => {
  const saver = await RedisSaver.fromUrl(inject("redisUrl"), { keyPrefix: randomPrefix() });
  onTestFinished(() => saver.end());
  const items = Array.from({ length: 3_500 }, (_, item) => item);
  const sent = await putValues(saver, at("wide"), { tasks: items.map((item) => new Send("work", { item })) });
  await Promise.all(items.map((item) => saver.putWrites(sent, [["done", [item]]], `task-${item}`)));
  const tuple = await saver.getTuple(sent);
  expect(tuple?.checkpoint.channel_values["tasks"]).toHaveLength(items.length);
  const written = tuple?.pendingWrites?.flatMap(([, , value]) => value as number[]) ?? [];
  expect(written.toSorted((a, b) => a - b)).toEqual(items);
});

// LangGraph alone takes ten seconds of processor time for it.
it.runIf(isLong)("a graph's step of 3,500 tasks is stored whole", async () => {
  const saver = await RedisSaver.fromUrl(inject("redisUrl"), { keyPrefix: randomPrefix() });
  onTestFinished(() => saver.end());
  const State = Annotation.Root({
    done: Annotation<number[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
  });
  const graph = new StateGraph(State)
    .addNode("work", ({ item }: { item: number }) => ({ done: [item] }))
    .addConditionalEdges(START, () => Array.from({ length: 3_500 }, (_, item) => new Send("work", { item })))
    .compile({ checkpointer: saver });
  const config = { configurable: { thread_id: "wide" } };
  const { done } = await graph.invoke({}, config);
  expect(done).toHaveLength(3_500);
  expect((await graph.getState(config)).values).toEqual({ done });
});
