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
    expect(await copyThreads(from, to, { threadIds: [one, "none"] })).toMatchObject({ threads: 1 });
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

describe("copyStore", () => {
  it("moves the items of each namespace, and again the same ones", async () => {
    const from = new InMemoryStore();
    const to = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` });
    for (let n = 0; n < 130; n++)
      await from.put(["users", "ada"], `k${n}`, { n, nested: { text: `Item ${n}.` } });
    await from.put(["users"], "k1", { own: true });
    await from.put(["users", "ada", "deep"], "k1", { deep: new Set([1]) });
    expect(await copyStore(from, to)).toEqual({ namespaces: 3, items: 132 });
    const items = await to.search([], { limit: 1000 });
    expect(items).toHaveLength(132);
    for (const { namespace, key, value } of items)
      expect(value).toEqual((await from.get(namespace, key))?.value);
    expect(await copyStore(from, to, { prefix: ["users", "ada", "deep"] })).toEqual({
      namespaces: 1,
      items: 1,
    });
    expect(await to.search([], { limit: 1000 })).toHaveLength(132);
  });
});
