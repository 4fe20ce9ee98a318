import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { createClient } from "redis";
import { describe, expect, it } from "vitest";
import { startRedis } from "../../test/support/redis/start.js";
import { at, putChain, putValues, toArray } from "./support/checkpoints.js";
import { countCommands } from "./support/counting.js";
import { randomThread } from "./support/random.js";

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
      // The first one of all tests brings the script.
      await operation();
      commands.length = 0;
      await operation();
      expect(commands, name).toEqual(["EVALSHA"]);
    }
  });

  it("send the script once to a Redis that doesn't have it", async () => {
    const redis = await startRedis({ modules: false });
    const own = await createClient({ url: redis.url }).connect();
    const { saver, commands } = countCommands({}, own);
    for (let restart = 0; restart < 2; restart++) {
      commands.length = 0;
      for (let i = 0; i < 2; i++) expect(await saver.getTuple(at("t"))).toBeUndefined();
      expect(commands).toEqual(["EVALSHA", "EVAL", "EVALSHA"]);
      await own.scriptFlush();
    }
    await own.close();
    await redis.stop();
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
