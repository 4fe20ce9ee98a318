// A process that runs a graph without end, for a test to kill. It tells its parent how many steps are done.
import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { RedisSaver } from "@mneme/checkpointer";

const { REDIS_URL = "", KEY_PREFIX = "", THREAD_ID = "" } = process.env;
const State = Annotation.Root({
  list: /** @type {typeof Annotation<object[]>} */ (Annotation)(),
  count: /** @type {typeof Annotation<number>} */ (Annotation)(),
});

const graph = new StateGraph(State)
  .addNode("grow", ({ list, count }) => {
    process.send?.(count);
    return { list: [...list, { n: count, text: "x".repeat(5000) }], count: count + 1 };
  })
  .addEdge(START, "grow")
  .addConditionalEdges("grow", () => "grow")
  .compile({ checkpointer: await RedisSaver.fromUrl(REDIS_URL, { keyPrefix: KEY_PREFIX }) });

const config = { configurable: { thread_id: THREAD_ID }, recursionLimit: 1_000_000 };
// A step begins when the one before is stored.
await graph.invoke({ list: [], count: 0 }, { ...config, durability: "sync" });
