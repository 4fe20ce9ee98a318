import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { at, putChain, putValues, toArray } from "./support/checkpoints.js";
import { countCommands } from "./support/counting.js";
import { randomThread } from "./support/random.js";
import { client } from "./support/savers.js";

describe("commands", () => {
  it("are one per operation", async () => {
    const { saver, commands } = countCommands();
    const configs = await putChain(saver, "t", 12);
    const newest = configs.at(-1) ?? at("t");
    await saver.putWrites(newest, [["n", 0]], "task");
    await saver.deleteThread("other");
    await saver.getTuple(at("t"));
    await toArray(saver.list(at("t"), { limit: 10 }));
    const operations: Record<string, () => Promise<unknown>> = {
      put: () => putValues(saver, newest, { n: 1 }),
      putWrites: () =>
        saver.putWrites(
          newest,
          [
            ["n", 1],
            ["m", 2],
          ],
          "task",
        ),
      getTuple: () => saver.getTuple(at("t")),
      "getTuple of one": () => saver.getTuple(newest),
      list: () => toArray(saver.list(at("t"), { limit: 10 })),
      history: () => saver.getDeltaChannelHistory({ config: newest, channels: ["n"] }),
    };
    for (const [name, operation] of Object.entries(operations)) {
      commands.length = 0;
      await operation();
      expect(commands, name).toEqual(["EVALSHA"]);
    }
  });

  it("send the script once to a Redis that doesn't have it", async () => {
    const { saver, commands } = countCommands();
    await saver.getTuple(at("t"));
    commands.length = 0;
    await client.scriptFlush();
    expect(await saver.getTuple(at("t"))).toBeUndefined();
    expect(commands).toEqual(["EVALSHA", "EVAL"]);
  });

  it("are one per checkpoint and one per task in a graph's run", async () => {
    const { saver, commands } = countCommands();
    const graph = new StateGraph(Annotation.Root({ n: Annotation<number> }))
      .addNode("add", ({ n }) => ({ n: n + 1 }))
      .addEdge(START, "add")
      .addConditionalEdges("add", ({ n }) => (n < 20 ? "add" : "__end__"))
      .compile({ checkpointer: saver });
    const config = { configurable: { thread_id: randomThread() } };
    await graph.invoke({ n: 0 }, config);
    commands.length = 0;
    await graph.invoke({ n: 0 }, config);
    const steps = 20;
    // The state as it was, the input, and then a checkpoint and the writes of a task in each step.
    expect(commands.length).toBeLessThanOrEqual(2 * steps + 5);
  });
});
