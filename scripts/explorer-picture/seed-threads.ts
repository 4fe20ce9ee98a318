import { Annotation, END, interrupt, START, StateGraph } from "@langchain/langgraph";
import { RedisSaver } from "@mneme/checkpointer";

const State = Annotation.Root({
  order: Annotation<string>,
  steps: Annotation<string[]>({ reducer: (all, more) => [...all, ...more], default: () => [] }),
});

/** A run of a graph that waits for a person, and a fork of it from an earlier checkpoint. Gives the thread's id. */
export async function seedThreads(redisUrl: string, keyPrefix: string): Promise<string> {
  await using saver = await RedisSaver.fromUrl(redisUrl, { keyPrefix: `${keyPrefix}:graph` });
  const graph = new StateGraph(State)
    .addNode("read", ({ order }) => ({ steps: [`read ${order}`] }))
    .addNode("check", () => ({ steps: ["the lamp arrived broken"] }))
    .addNode("approve", () => ({
      steps: [`approved by ${String(interrupt({ question: "Refund 129 euros?" }))}`],
    }))
    .addEdge(START, "read")
    .addEdge("read", "check")
    .addEdge("check", "approve")
    .addEdge("approve", END)
    .compile({ checkpointer: saver });
  const thread_id = "ticket-4711";
  await graph.invoke({ order: "20931" }, { configurable: { thread_id } });
  for await (const { config, metadata } of graph.getStateHistory({ configurable: { thread_id } })) {
    if (metadata?.step !== 1) continue;
    const fork = await graph.updateState(config, { steps: ["a person corrected the order"] }, "read");
    await graph.invoke(null, fork);
  }
  return thread_id;
}
