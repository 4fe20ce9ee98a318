import { Annotation, DeltaChannel, START, StateGraph } from "@langchain/langgraph";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { toArray } from "./support/checkpoints.js";
import { countCommands } from "./support/counting.js";
import { randomThread } from "./support/random.js";
import { createSaver } from "./support/savers.js";

const SNAPSHOT_EVERY = 7;

function chat(checkpointer: BaseCheckpointSaver) {
  const append = (log: string[], writes: string[][]): string[] => [...log, ...writes.flat()];
  const State = Annotation.Root({
    log: () => new DeltaChannel<string[], string[]>(append, { snapshotFrequency: SNAPSHOT_EVERY }),
  });
  return new StateGraph(State)
    .addNode("left", ({ log }) => ({ log: [`left ${log.length}`] }))
    .addNode("right", ({ log }) => ({ log: [`right ${log.length}`] }))
    .addEdge(START, "left")
    .addEdge(START, "right")
    .compile({ checkpointer });
}

describe("a DeltaChannel", () => {
  for (const durability of ["sync", "async", "exit"] as const) {
    it(`is rebuilt from the writes as with MemorySaver (durability ${durability})`, async () => {
      const threadId = randomThread();
      const config = { configurable: { thread_id: threadId }, durability };
      const [ours, memory] = [chat(createSaver()), chat(new MemorySaver())];
      for (let turn = 0; turn < 12; turn++) {
        for (const graph of [ours, memory]) await graph.invoke({ log: [`turn ${turn}`] }, config);
      }
      const [got, expected] = await Promise.all(
        [ours, memory].map(async (graph) =>
          (await toArray(graph.getStateHistory(config))).map(({ values, metadata }) => [
            values,
            metadata?.step,
          ]),
        ),
      );
      expect(got?.length).toBeGreaterThan(11);
      expect(got).toEqual(expected);
    });
  }

  it("is rebuilt with the writes of its own branch only", async () => {
    const graph = chat(createSaver());
    const config = { configurable: { thread_id: randomThread() } };
    await graph.invoke({ log: ["first"] }, config);
    const branchPoint = await graph.getState(config);
    await graph.invoke({ log: ["original"] }, config);
    const original = await graph.getState(config);
    const fork = await graph.updateState(branchPoint.config, { log: ["fork"] }, "left");
    expect((await graph.getState(fork)).values.log).toEqual([...branchPoint.values.log, "fork"]);
    expect((await graph.getState(original.config)).values.log).toEqual(original.values.log);
  });

  it("is still whole after its thread was pruned and copied", async () => {
    const saver = createSaver();
    const graph = chat(saver);
    for (let turns = 1; turns < 14; turns++) {
      const threadId = randomThread();
      const config = { configurable: { thread_id: threadId } };
      for (let turn = 0; turn < turns; turn++) await graph.invoke({ log: [`turn ${turn}`] }, config);
      const before = await graph.getState(config);
      await saver.prune(threadId, { keepLast: 1 });
      expect((await graph.getState(config)).values).toEqual(before.values);
      const left = await toArray(saver.list(config));
      expect(left.length).toBeLessThan(3 * (SNAPSHOT_EVERY + 2));

      const copy = randomThread();
      await saver.copyThread(threadId, copy);
      const inCopy = { configurable: { thread_id: copy } };
      expect((await graph.invoke({ log: ["more"] }, inCopy)).log.slice(0, -3)).toEqual(before.values.log);
      expect((await graph.getState(config)).values).toEqual(before.values);
    }
  });

  it("costs one command, however long its history", async () => {
    const { saver, commands } = countCommands();
    const graph = chat(saver);
    const config = { configurable: { thread_id: randomThread() } };
    for (let turn = 0; turn < 3; turn++) await graph.invoke({ log: [`turn ${turn}`] }, config);
    const saved = await saver.getTuple(config);
    if (saved === undefined) throw new Error("There is no checkpoint.");
    const ask = () => saver.getDeltaChannelHistory({ config: saved.config, channels: ["log"] });
    await ask();
    commands.length = 0;
    await ask();
    expect(commands).toEqual(["EVALSHA"]);
  });
});
