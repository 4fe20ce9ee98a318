import {
  Annotation,
  Command,
  END,
  INTERRUPT,
  interrupt,
  isInterrupted,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { idOf, toArray } from "./support/checkpoints.js";
import { randomThread } from "./support/random.js";
import { createSaver } from "./support/savers.js";

const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

const newConfig = () => ({ configurable: { thread_id: randomThread() } });

describe("interrupt and resume", () => {
  it("goes on where it was interrupted, in another process's saver too", async () => {
    const keyPrefix = randomThread();
    const runs: string[] = [];
    const compile = () =>
      new StateGraph(Log)
        .addNode("before", () => {
          runs.push("before");
          return { log: ["before"] };
        })
        .addNode("ask", () => ({ log: [`heard ${interrupt("what?")}`] }))
        .addEdge(START, "before")
        .addEdge("before", "ask")
        .addEdge("ask", END)
        .compile({ checkpointer: createSaver({ keyPrefix }) });
    const config = newConfig();

    const first = await compile().invoke({ log: ["start"] }, config);
    expect(isInterrupted(first) && first[INTERRUPT][0]?.value).toBe("what?");
    const second = await compile().invoke(new Command({ resume: "this" }), config);

    expect(second.log).toEqual(["start", "before", "heard this"]);
    expect(runs).toEqual(["before"]);
  });

  it("keeps several interrupts of one step apart", async () => {
    const graph = new StateGraph(Log)
      .addNode("left", () => ({ log: [`left ${interrupt("l")}`] }))
      .addNode("right", () => ({ log: [`right ${interrupt("r")}`] }))
      .addEdge(START, "left")
      .addEdge(START, "right")
      .compile({ checkpointer: createSaver() });
    const config = newConfig();
    await graph.invoke({ log: [] }, config);
    const { tasks } = await graph.getState(config);
    const resume = Object.fromEntries(
      tasks.flatMap(({ interrupts }) => interrupts.map(({ id, value }) => [String(id), `${value}!`])),
    );
    const result = await graph.invoke(new Command({ resume }), config);
    expect(result.log.toSorted()).toEqual(["left l!", "right r!"]);
  });
});

describe("a step that crashes half way", () => {
  for (const durability of ["async", "sync", "exit"] as const) {
    it(`runs only the task again that failed (durability ${durability})`, async () => {
      for (let round = 0; round < 10; round++) {
        const runs = { charge: 0, flaky: 0 };
        const graph = new StateGraph(Log)
          .addNode("charge", () => {
            runs.charge++;
            return { log: ["charged"] };
          })
          .addNode("flaky", async () => {
            // The other task is to be done first.
            await new Promise((resolve) => setTimeout(resolve, 5));
            if (runs.flaky++ === 0) throw new Error("half way");
            return { log: ["done"] };
          })
          .addEdge(START, "charge")
          .addEdge(START, "flaky")
          .compile({ checkpointer: createSaver() });
        const config = { ...newConfig(), durability };
        await expect(graph.invoke({ log: [] }, config)).rejects.toThrow("half way");
        const result = await graph.invoke(null, config);
        expect(result.log.toSorted()).toEqual(["charged", "done"]);
        expect(runs).toEqual({ charge: 1, flaky: 2 });
      }
    });
  }

  it("keeps what many parallel tasks did", async () => {
    const runs = new Map<number, number>();
    const Items = Annotation.Root({
      ...Log.spec,
      item: Annotation<number>,
    });
    const graph = new StateGraph(Items)
      .addNode("work", ({ item }) => {
        runs.set(item, (runs.get(item) ?? 0) + 1);
        if (item % 7 === 0 && runs.get(item) === 1) throw new Error(`item ${item}`);
        return { log: [String(item)] };
      })
      .addConditionalEdges(START, () => Array.from({ length: 30 }, (_, item) => new Send("work", { item })))
      .compile({ checkpointer: createSaver() });
    const config = newConfig();
    await expect(graph.invoke({ log: [] }, config)).rejects.toThrow();
    while ((await graph.getState(config)).next.length > 0) await graph.invoke(null, config).catch(() => {});
    const { log } = (await graph.getState(config)).values;
    expect(log.length).toBe(30);
    expect(new Set(log).size).toBe(30);
    for (const [item, times] of runs) expect(times).toBe(item % 7 === 0 ? 2 : 1);
  });
});

describe("forks and time travel", () => {
  const count = (checkpointer = createSaver()) =>
    new StateGraph(Annotation.Root({ n: Annotation<number>, note: Annotation<string> }))
      .addNode("add", ({ n }) => ({ n: n + 1 }))
      .addNode("double", ({ n }) => ({ n: n * 2 }))
      .addEdge(START, "add")
      .addEdge("add", "double")
      .compile({ checkpointer });

  it("leaves the original branch as it was", async () => {
    const graph = count();
    const config = newConfig();
    await graph.invoke({ n: 1, note: "original" }, config);
    const original = await toArray(graph.getStateHistory(config));
    const afterAdd = original.find(({ next }) => next[0] === "double");
    if (afterAdd === undefined) throw new Error("There is no checkpoint before double.");

    const forks = await Promise.all(
      [10, 20, 30].map((n) => graph.updateState(afterAdd.config, { n, note: `fork ${n}` })),
    );
    const results = [];
    for (const fork of forks) results.push(await graph.invoke(null, fork));
    expect(results.map(({ n, note }) => [n, note])).toEqual([
      [20, "fork 10"],
      [40, "fork 20"],
      [60, "fork 30"],
    ]);

    for (const before of original) {
      const now = await graph.getState(before.config);
      expect([now.values, now.next]).toEqual([before.values, before.next]);
    }
  });

  it("replays from a checkpoint of the past", async () => {
    const graph = count();
    const config = newConfig();
    await graph.invoke({ n: 1, note: "" }, config);
    const history = await toArray(graph.getStateHistory(config));
    const start = history.find(({ next }) => next[0] === "add");
    expect((await graph.invoke(null, start?.config)).n).toBe(4);
    expect((await toArray(graph.getStateHistory(config))).length).toBeGreaterThan(history.length);
  });

  it("copies a checkpoint with the values that it inherited and those that it wrote", async () => {
    const graph = count();
    const config = newConfig();
    await graph.invoke({ n: 1, note: "kept" }, config);
    for (const state of await toArray(graph.getStateHistory(config))) {
      const copy = await graph.updateState(state.config, null, "__copy__");
      expect((await graph.getState(copy)).values).toEqual(state.values);
    }
  });
});

describe("a copy of the first checkpoint", () => {
  it("has its input, though it has no parent to inherit from", async () => {
    const graph = new StateGraph(Log)
      .addNode("echo", ({ log }) => ({ log: [`echo ${log.at(-1)}`] }))
      .addEdge(START, "echo")
      .compile({ checkpointer: createSaver() });
    const config = newConfig();
    await graph.invoke({ log: ["input"] }, config);
    const first = (await toArray(graph.getStateHistory(config))).at(-1);
    const copy = await graph.updateState(first?.config ?? config, null, "__copy__");
    expect((await graph.invoke(null, copy)).log).toEqual(["input", "echo input"]);
  });
});

describe("subgraphs", () => {
  it("interrupts and resumes inside one, and shows its state", async () => {
    const inner = new StateGraph(Log)
      .addNode("think", () => ({ log: ["thought"] }))
      .addNode("ask", () => ({ log: [`heard ${interrupt("inner?")}`] }))
      .addEdge(START, "think")
      .addEdge("think", "ask")
      .compile();
    const graph = new StateGraph(Log)
      .addNode("inner", inner)
      .addNode("after", () => ({ log: ["after"] }))
      .addEdge(START, "inner")
      .addEdge("inner", "after")
      .compile({ checkpointer: createSaver() });
    const config = newConfig();
    await graph.invoke({ log: ["start"] }, config);
    const state = await graph.getState(config, { subgraphs: true });
    const nested = state.tasks[0]?.state;
    expect(nested !== undefined && "values" in nested && nested.values.log).toEqual(["start", "thought"]);
    const result = await graph.invoke(new Command({ resume: "it" }), config);
    expect(result.log.slice(-2)).toEqual(["heard it", "after"]);
  });

  it("keeps the memory of a subgraph that has its own", async () => {
    const inner = new StateGraph(Log)
      .addNode("say", ({ log }) => ({ log: [`n${log.length}`] }))
      .addEdge(START, "say")
      .compile({ checkpointer: true });
    const graph = new StateGraph(Annotation.Root({ seen: Annotation<number> }))
      .addNode("call", async () => ({ seen: (await inner.invoke({ log: ["x"] })).log.length }))
      .addEdge(START, "call")
      .compile({ checkpointer: createSaver() });
    const config = newConfig();
    const seen = [];
    for (let turn = 0; turn < 3; turn++) seen.push((await graph.invoke({ seen: 0 }, config)).seen);
    expect(seen).toEqual([2, 4, 6]);
  });
});

describe("a long history", () => {
  it("is listed to its end, in order, and from any point on", async () => {
    const graph = new StateGraph(Log)
      .addNode("echo", ({ log }) => ({ log: [`echo ${log.at(-1)}`] }))
      .addEdge(START, "echo")
      .compile({ checkpointer: createSaver() });
    const config = newConfig();
    for (let turn = 0; turn < 15; turn++) await graph.invoke({ log: [`turn ${turn}`] }, config);

    const history = await toArray(graph.getStateHistory(config));
    const ids = history.map((state) => idOf(state.config));
    expect(ids.length).toBe(45);
    expect(ids).toEqual(ids.toSorted().toReversed());
    for (const at of [0, 11, 30, 43]) {
      const before = await toArray(graph.getStateHistory(config, { before: history[at]?.config ?? config }));
      expect(before.map((state) => idOf(state.config))).toEqual(ids.slice(at + 1));
    }
    const limited = await toArray(graph.getStateHistory(config, { limit: 25 }));
    expect(limited.map((state) => idOf(state.config))).toEqual(ids.slice(0, 25));
    expect(history.at(-1)?.values).toEqual({ log: [] });
    expect(history[0]?.values.log.length).toBe(30);
  });
});
