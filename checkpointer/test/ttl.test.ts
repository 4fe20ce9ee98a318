import { setTimeout as sleep } from "node:timers/promises";
import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { at, putValues, toArray } from "./support/checkpoints.js";
import { randomPrefix, randomThread } from "./support/random.js";
import { client, createSaver } from "./support/savers.js";

const KINDS = ["index", "heads", "values", "writes", "segments"];
const list = Array.from({ length: 10 }, (_, i) => ({ content: `${i} ${"x".repeat(100)}` }));

async function expiries(keyPrefix: string, thread: string): Promise<number[]> {
  return Promise.all(KINDS.map((kind) => client.pExpireTime(`${keyPrefix}:{${thread}}:${kind}`)));
}

describe("a TTL", () => {
  it("is one instant for all of a thread, after every kind of write", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix, ttl: { seconds: 500 } });
    const first = await putValues(saver, at("t"), { n: 1 });
    await sleep(5);
    await saver.putWrites(first, [["n", 2]], "task");
    await sleep(5);
    await putValues(saver, first, { n: 2, list });
    const all = await expiries(keyPrefix, "t");
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toBeGreaterThan(Date.now() + 490_000);
    await sleep(5);
    await saver.putWrites(first, [["n", 3]], "other");
    const later = await expiries(keyPrefix, "t");
    expect(new Set(later).size).toBe(1);
    expect(later[0]).toBeGreaterThan(Number(all[0]));
  });

  it("restarts on a read only when that is asked for", async () => {
    for (const refreshOnRead of [false, true]) {
      const keyPrefix = randomPrefix();
      const saver = createSaver({ keyPrefix, ttl: { seconds: 500, refreshOnRead } });
      const config = await putValues(saver, at("t"), { list });
      await saver.putWrites(config, [["n", 1]], "task");
      for (const read of [
        () => saver.getTuple(at("t")),
        () => toArray(saver.list(at("t"))),
        () => saver.getDeltaChannelHistory({ config, channels: ["n"] }),
      ]) {
        const before = await expiries(keyPrefix, "t");
        await sleep(5);
        await read();
        const after = await expiries(keyPrefix, "t");
        expect(new Set(after).size).toBe(1);
        expect(Number(after[0]) > Number(before[0])).toBe(refreshOnRead);
      }
    }
  });

  it("is kept by a saver that has none", async () => {
    const keyPrefix = randomPrefix();
    const config = await putValues(createSaver({ keyPrefix, ttl: { seconds: 500 } }), at("t"), { n: 1 });
    const before = await expiries(keyPrefix, "t");
    const saver = createSaver({ keyPrefix });
    await saver.putWrites(config, [["n", 1]], "task");
    await putValues(saver, config, { list });
    const after = await expiries(keyPrefix, "t");
    expect(after).toEqual(KINDS.map(() => before[0]));
  });

  it("ends a thread as a whole, and takes it off the list", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix, ttl: { seconds: 0.3 } });
    const config = await putValues(saver, at("t"), { list });
    await saver.putWrites(config, [["n", 1]], "task");
    while ((await saver.describeThread("t")) !== undefined) {
      const tuple = await saver.getTuple(at("t"));
      if (tuple !== undefined) {
        expect(tuple.checkpoint.channel_values).toEqual({ list });
        expect(tuple.pendingWrites?.length).toBe(1);
      }
      await sleep(10);
    }
    expect(await client.exists(KINDS.map((kind) => `${keyPrefix}:{t}:${kind}`))).toBe(0);
    expect((await saver.listThreads()).threads).toEqual([]);
    expect(await client.zCard(`${keyPrefix}:threads`)).toBe(0);
  });

  it("that runs out in the middle of a run leaves no torn state", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix, ttl: { seconds: 500 } });
    const State = Annotation.Root({ kept: Annotation<unknown[]>, n: Annotation<number> });
    const graph = new StateGraph(State)
      .addNode("expire", async () => {
        await createSaver({ keyPrefix }).deleteThread(thread);
        return { n: 1 };
      })
      .addNode("go on", () => ({ n: 2 }))
      .addEdge(START, "expire")
      .addEdge("expire", "go on")
      .compile({ checkpointer: saver });
    const thread = randomThread();
    const config = { configurable: { thread_id: thread }, durability: "sync" as const };
    await graph.invoke({ kept: list, n: 0 }, config);
    expect((await graph.getState(config)).values).toEqual({ kept: list, n: 2 });
    expect((await saver.listThreads()).threads.map(({ threadId }) => threadId)).toEqual([thread]);
  });
});
