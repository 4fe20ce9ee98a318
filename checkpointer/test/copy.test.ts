import { randomUUID } from "node:crypto";
import {
  Annotation,
  Command,
  END,
  InMemoryStore,
  interrupt,
  MemorySaver,
  START,
  StateGraph,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { RedisSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-redis";
import { RedisStore as OfficialStore } from "@langchain/langgraph-checkpoint-redis/store";
import { createClient } from "redis";
import { afterAll, describe, expect, it } from "vitest";
import { startRedis } from "../../test/support/redis/start.js";
import { useService } from "../../test/support/service/service.js";
import { copyStore, copyThreads, MnemeStore } from "../src/index.js";
import { createSaver } from "./support/savers.js";

const service = await useService();
// The official saver takes all keys of a Redis for its own.
const server = await startRedis();
afterAll(() => server.stop());
const official = await OfficialSaver.fromUrl(server.url);
afterAll(() => official.end());
const officialStore = await OfficialStore.fromConnString(server.url);
afterAll(() => officialStore.close());

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
  approved: Annotation<string>(),
});

/** Asks a person in a subgraph, after a step of its own, and then goes on. */
function graphOn(checkpointer: BaseCheckpointSaver) {
  const inner = new StateGraph(State)
    .addNode("prepare", () => ({ log: ["prepared"] }))
    .addNode("ask", () => ({ approved: interrupt<string, string>("May I?"), log: ["asked"] }))
    .addEdge(START, "prepare")
    .addEdge("prepare", "ask")
    .addEdge("ask", END)
    .compile();
  return new StateGraph(State)
    .addNode("begin", () => ({ log: ["begun"] }))
    .addNode("side", () => ({ log: ["side"] }))
    .addNode("inner", inner)
    .addNode("end", ({ approved }) => ({ log: [`ended with ${approved}`] }))
    .addEdge(START, "begin")
    .addEdge("begin", "inner")
    .addEdge("begin", "side")
    .addEdge("inner", "end")
    .addEdge("end", END)
    .compile({ checkpointer });
}

async function filled(saver: BaseCheckpointSaver, threadId: string): Promise<void> {
  const graph = graphOn(saver);
  const config = { configurable: { thread_id: threadId } };
  await graph.invoke({ log: ["first"] }, config);
  await graph.invoke(new Command({ resume: "yes" }), config);
  await graph.invoke({ log: ["second"] }, config);
}

async function contentOf(saver: BaseCheckpointSaver, threadId: string): Promise<unknown[]> {
  const tuples: CheckpointTuple[] = [];
  const listed = saver.list({ configurable: { thread_id: threadId } }, { limit: 1000 });
  for await (const { config } of listed) {
    const tuple = await saver.getTuple(config);
    if (tuple !== undefined) tuples.push(tuple);
  }
  const places = ({ config, parentConfig }: CheckpointTuple) =>
    [config, parentConfig].map((each) => [
      each?.configurable?.["checkpoint_ns"] ?? "",
      each?.configurable?.["checkpoint_id"],
    ]);
  return tuples
    .map((tuple) => ({
      place: places(tuple),
      checkpoint: tuple.checkpoint,
      metadata: tuple.metadata,
      writes: (tuple.pendingWrites ?? []).map((write) => JSON.stringify(write)).toSorted(),
    }))
    .toSorted((one, other) => (JSON.stringify(one.place) < JSON.stringify(other.place) ? -1 : 1));
}

describe("copyThreads", () => {
  it.each([
    ["LangGraph's MemorySaver", new MemorySaver()],
    ["the official RedisSaver", official],
  ] as const)("moves threads of %s exactly, and the copy goes on", async (_, from) => {
    const to = createSaver();
    const [one, other] = [`t-${randomUUID()}`, `t-${randomUUID()}`];
    await filled(from, one);
    await filled(from, other);
    const before = [await contentOf(from, one), await contentOf(from, other)];
    const copied = await copyThreads(from, to);
    expect(copied.threads).toBe(2);
    expect(copied.checkpoints).toBe(before.flat().length);
    expect(copied.checkpoints).toBeGreaterThan(20);
    expect(copied.writes).toBeGreaterThan(20);
    expect([await contentOf(to, one), await contentOf(to, other)]).toEqual(before);
    expect([await contentOf(from, one), await contentOf(from, other)]).toEqual(before);
    const again = await copyThreads(from, to, { threadIds: [one, "none"] });
    expect(again).toEqual({ ...copied, threads: 1, checkpoints: 0, writes: 0, seen: before[0]?.length });
    expect(await contentOf(to, one)).toEqual(before[0]);
    const config = { configurable: { thread_id: one } };
    const state = await graphOn(to).getState(config, { subgraphs: true });
    expect(state.tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => value as unknown))).toEqual([
      "May I?",
    ]);
    const ends = await Promise.all(
      [from, to].map((saver) => graphOn(saver).invoke(new Command({ resume: "no" }), config)),
    );
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[1]?.log.at(-1)).toBe("ended with no");
  });
});

/** What copies of stores without faults count. */
const NONE = { seen: 0, kept: 0, failed: 0 };

/** More than the official RedisStore reads to list namespaces. */
const MANY = 1100;

describe("copyStore", () => {
  it("moves the items of each namespace, and again the same ones", async () => {
    const from = new InMemoryStore();
    const to = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` });
    for (let n = 0; n < 130; n++)
      await from.put(["users", "ada"], `k${n}`, { n, nested: { text: `Item ${n}.` } });
    await from.put(["users"], "k1", { own: true });
    await from.put(["users", "ada", "deep"], "k1", { deep: new Set([1]) });
    expect(await copyStore(from, to)).toEqual({ namespaces: 3, items: 132, ...NONE });
    const items = await to.search([], { limit: 1000 });
    expect(items).toHaveLength(132);
    for (const { namespace, key, value } of items)
      expect(value).toEqual((await from.get(namespace, key))?.value);
    expect(await copyStore(from, to)).toEqual({ namespaces: 0, items: 0, ...NONE, seen: 132 });
    const other = new InMemoryStore();
    expect(await copyStore(from, other, { prefix: ["users", "ada", "deep"] })).toEqual({
      namespaces: 1,
      items: 1,
      ...NONE,
    });
    await from.put(["users"], "k1", { own: "changed later" });
    expect(await copyStore(from, to)).toMatchObject({ namespaces: 1, items: 1, seen: 131 });
    expect((await to.get(["users"], "k1"))?.value).toEqual({ own: "changed later" });
    expect(await to.search([], { limit: 1000 })).toHaveLength(132);
  });

  it.each([
    ["LangGraph's InMemoryStore", new InMemoryStore()],
    ["the official RedisStore", officialStore],
  ] as const)("moves more items and namespaces of %s than it lists at once", async (_, from) => {
    for (let n = 0; n < MANY; n++) await from.put([n % 2 === 0 ? "even" : "odd", `n${n}`], `k${n}`, { n });
    const to = new InMemoryStore();
    expect(await copyStore(from, to)).toEqual({ namespaces: MANY, items: MANY, ...NONE });
    for (let n = 0; n < MANY; n++) {
      expect((await to.get([n % 2 === 0 ? "even" : "odd", `n${n}`], `k${n}`))?.value).toEqual({ n });
    }
    const odd = new InMemoryStore();
    const half = { namespaces: MANY / 2, items: MANY / 2, ...NONE };
    expect(await copyStore(from, odd, { prefix: ["odd"] })).toEqual(half);
    expect(await odd.search(["even"])).toEqual([]);
    expect(await odd.search([], { limit: MANY })).toHaveLength(MANY / 2);
  });

  it("reads each item of a MnemeStore once, however many there are", async () => {
    let asked = 0;
    const counted: typeof fetch = (input, init) => {
      asked += 1;
      return fetch(input, init);
    };
    const from = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}`, fetch: counted });
    await from.batch(
      Array.from({ length: MANY }, (_, n) => ({ namespace: ["n", `${n % 7}`], key: `k${n}`, value: { n } })),
    );
    asked = 0;
    const to = new InMemoryStore();
    expect(await copyStore(from, to)).toEqual({ namespaces: 7, items: MANY, ...NONE });
    // By a search with an offset, each page begins again: more than 70.
    expect(asked).toBeLessThan(40);
    expect(await copyStore(from, new InMemoryStore(), { prefix: ["n", "3"] })).toMatchObject({
      namespaces: 1,
    });
    expect((await to.get(["n", "3"], "k3"))?.value).toEqual({ n: 3 });
  });

  it("refuses to be incomplete where the official RedisStore can't page on", async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    try {
      await client.sendCommand(["FT.CONFIG", "SET", "MAXSEARCHRESULTS", "1000"]);
      await expect(copyStore(officialStore, new InMemoryStore())).rejects.toThrow(
        /^The copy isn't complete: /,
      );
    } finally {
      await client.sendCommand(["FT.CONFIG", "SET", "MAXSEARCHRESULTS", "1000000"]);
      client.destroy();
    }
  });

  it.each([
    [
      "ignores offsets",
      (offset: number) => ({ offset: Math.min(offset, 0), limit: 500 }),
      /brings a page again at offset 500/,
    ],
    [
      "ends at 1,000 items in silence",
      (offset: number) => ({ offset, limit: Math.min(500, Math.max(0, 1000 - offset)) }),
      /doesn't reach the items of the namespace \["t","n1000"\]/,
    ],
  ] as const)("refuses to be incomplete where a store %s", async (_, limits, message) => {
    class Limited extends InMemoryStore {
      override search(...[prefix, options]: Parameters<InMemoryStore["search"]>) {
        return super.search(prefix, prefix.length > 0 ? options : limits(options?.offset ?? 0));
      }
    }
    const from = new Limited();
    for (let n = 0; n < MANY; n++) await from.put(["t", `n${n}`], "k", { n });
    await expect(copyStore(from, new InMemoryStore())).rejects.toThrow(message);
  });
});
