import { Annotation, Command, INTERRUPT, interrupt, START, StateGraph } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { at, idOf, idsOf, METADATA, putChain, putValues, toArray } from "./support/checkpoints.js";
import { randomPrefix, randomThread } from "./support/random.js";
import { client, createSaver } from "./support/savers.js";

const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

describe("prune", () => {
  it("keeps the newest of each namespace, with all their values, and nothing else", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix });
    const long = Array.from({ length: 6 }, (_, i) => ({ i, text: "x".repeat(90) }));
    const first = await putValues(saver, at("t"), { old: long, inherited: "from the first", n: -1 });
    const configs = [first];
    for (let n = 0; n < 20; n++) {
      const checkpoint = {
        v: 4,
        ts: "",
        id: `~${String(n).padStart(3, "0")}`,
        versions_seen: {},
        channel_values: { inherited: "from the first", n },
        channel_versions: { old: 2, inherited: 1, n: n + 2 },
      };
      const parent = configs.at(-1) ?? first;
      const config = await saver.put(parent, checkpoint, METADATA, { n: n + 2 });
      await saver.putWrites(config, [["n", n]], "task");
      configs.push(config);
    }
    await putChain(saver, "t", 4, "sub");

    expect(await saver.prune("t", { keepLast: 3 })).toBe(18 + 1);
    const left = await toArray(saver.list(at("t")));
    expect(idsOf(left)).toEqual(configs.slice(-3).map(idOf).toReversed());
    expect(left.map(({ checkpoint }) => checkpoint.channel_values)).toEqual(
      [19, 18, 17].map((n) => ({ inherited: "from the first", n })),
    );
    expect(left.map(({ pendingWrites }) => pendingWrites)).toEqual(
      [19, 18, 17].map((n) => [["task", "n", n]]),
    );
    expect((await toArray(saver.list(at("t", "sub")))).length).toBe(3);
    expect(await saver.prune("t", { keepLast: 3 })).toBe(0);

    const sizes = await Promise.all(
      ["heads", "writes", "segments"].map((kind) => client.hLen(`${keyPrefix}:{t}:${kind}`)),
    );
    expect(sizes).toEqual([6, 6, 0]);
    // Two documents each, their values, the writes, and the counter; the inherited value is one.
    expect(await client.hLen(`${keyPrefix}:{t}:values`)).toBe(6 * 2 + 3 + 1 + 3 + 3 + 1);
  });

  it("keeps a checkpoint with an unanswered interrupt, and removes one with an answered interrupt", async () => {
    const saver = createSaver();
    const graph = new StateGraph(Log)
      .addNode("ask", () => ({ log: [String(interrupt("?"))] }))
      .addEdge(START, "ask")
      .compile({ checkpointer: saver });
    const config = { configurable: { thread_id: randomThread() } };
    await graph.invoke({ log: [] }, config);
    const waiting = await graph.getState(config);
    // Others go on from before it, so it isn't the newest any more.
    for (let i = 0; i < 5; i++) await graph.updateState(config, { log: [`aside ${i}`] }, "ask");

    await saver.prune(threadOf(config), { keepLast: 1 });
    const left = await toArray(saver.list(config));
    expect(left.length).toBe(2);
    const resumed = await graph.invoke(new Command({ resume: "late" }), waiting.config);
    expect(resumed).toEqual({ log: ["late"] });
    expect(INTERRUPT in resumed).toBe(false);

    await saver.prune(threadOf(config), { keepLast: 1 });
    expect((await toArray(saver.list(config))).length).toBe(1);
  });

  it("lets subgraph calls go with the checkpoint that made them, and keeps those that a kept one needs", async () => {
    const saver = createSaver();
    const inner = new StateGraph(Log)
      .addNode("ask", ({ log }) => (log.includes("quiet") ? {} : { log: [String(interrupt("?"))] }))
      .addEdge(START, "ask")
      .compile();
    const graph = new StateGraph(Log)
      .addNode("inner", inner)
      .addEdge(START, "inner")
      .compile({ checkpointer: saver });
    const config = { configurable: { thread_id: randomThread() } };
    for (let turn = 0; turn < 5; turn++) {
      await graph.invoke({ log: [`turn ${turn}`] }, config);
      if (turn < 4) await graph.invoke(new Command({ resume: `answer ${turn}` }), config);
    }
    const before = await saver.describeThread(threadOf(config));
    await saver.prune(threadOf(config), { keepLast: 1 });
    const after = await saver.describeThread(threadOf(config));
    expect(before?.namespaces.length).toBe(6);
    expect(after?.namespaces.length).toBe(2);
    const { log } = await graph.invoke(new Command({ resume: "last" }), config);
    expect(log.slice(-2)).toEqual(["turn 4", "last"]);
  });

  it("keeps writes whose checkpoint is about to be stored", async () => {
    const saver = createSaver();
    const configs = await putChain(saver, "t", 5);
    const coming = {
      v: 4,
      ts: "",
      id: "~coming",
      versions_seen: {},
      channel_values: {},
      channel_versions: {},
    };
    await saver.putWrites(at("t", "", coming.id), [["a", 1]], "task");
    await saver.prune("t", { keepLast: 2 });
    await saver.put(configs.at(-1) ?? at("t"), coming, METADATA, {});
    expect((await saver.getTuple(at("t")))?.pendingWrites).toEqual([["task", "a", 1]]);
  });

  it("keeps the pending sends of old formats", async () => {
    const saver = createSaver();
    const [parent] = await putChain(saver, "t", 1);
    if (parent === undefined) throw new Error("There is no parent.");
    await saver.putWrites(parent, [["__pregel_tasks", "send"]], "task");
    const old = { v: 3, ts: "", id: "~", versions_seen: {}, channel_values: {}, channel_versions: {} };
    await saver.put(parent, old, METADATA, {});
    await saver.prune("t", { keepLast: 1 });
    expect((await saver.getTuple(at("t")))?.checkpoint.channel_values).toEqual({ __pregel_tasks: ["send"] });
  });

  it("refuses to keep nothing", async () => {
    await expect(createSaver().prune("t", { keepLast: 0 })).rejects.toThrow(RangeError);
    expect(await createSaver().prune("no such thread", { keepLast: 1 })).toBe(0);
  });
});

describe("copyThread", () => {
  it("makes a thread that is the same and lives on its own", async () => {
    const saver = createSaver({ ttl: { seconds: 100 } });
    const [, second] = await putChain(saver, "a:b", 3);
    await putChain(saver, "a:b", 2, "sub");
    if (second !== undefined) await saver.putWrites(second, [["n", 7]], "task");
    await saver.copyThread("a:b", "copy}");

    const strip = async (thread: string) =>
      (await toArray(saver.list({ configurable: { thread_id: thread } }))).map((tuple) =>
        JSON.parse(JSON.stringify(tuple).replaceAll(JSON.stringify(thread), "0")),
      );
    expect(await strip("copy}")).toEqual(await strip("a:b"));
    const [source, target] = [await saver.describeThread("a:b"), await saver.describeThread("copy}")];
    expect(target).toEqual({ ...source, threadId: "copy}" });
    expect((await saver.listThreads()).threads.length).toBe(2);

    await putChain(saver, "copy}", 1);
    await saver.deleteThread("a:b");
    expect((await saver.describeThread("copy}"))?.checkpoints).toBe(6);
  });

  it("overwrites no thread, and copies none that isn't there", async () => {
    const saver = createSaver();
    await putChain(saver, "a", 1);
    await putChain(saver, "b", 2);
    await expect(saver.copyThread("a", "b")).rejects.toThrow("already");
    await expect(saver.copyThread("none", "c")).rejects.toThrow("no thread");
    expect((await saver.describeThread("b"))?.checkpoints).toBe(2);
  });
});

function threadOf({ configurable }: { configurable: { thread_id: string } }): string {
  return configurable.thread_id;
}
