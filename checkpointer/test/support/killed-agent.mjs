// A process that runs an agent with middleware, saver and store, for a test to kill: it tells its parent where it is.
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { tool } from "@langchain/core/tools";
import { MnemeStore, RedisSaver } from "@mneme/checkpointer";
import { mnemeMemory } from "@mneme/checkpointer/middleware";
import { createAgent } from "langchain";

const {
  REDIS_URL = "",
  KEY_PREFIX = "",
  MNEME_URL = "",
  NAMESPACE = "",
  THREAD_ID = "",
  RESUME,
} = process.env;
const checkpointer = await RedisSaver.fromUrl(REDIS_URL, { keyPrefix: KEY_PREFIX });
const store = new MnemeStore({ url: MNEME_URL, rootNamespace: `${NAMESPACE}-store` });

const ship = tool(
  async (/** @type {{ item: string }} */ { item }) => {
    process.send?.("shipping");
    // Long enough for a kill, unless it is resumed.
    if (RESUME === undefined) await new Promise((resolve) => setTimeout(resolve, 60_000));
    await store.put(["shipped"], item, { item });
    return `shipped ${item}`;
  },
  {
    name: "ship",
    description: "Ships an item.",
    schema: { type: "object", properties: { item: { type: "string" } }, required: ["item"] },
  },
);

const model = fakeModel();
if (RESUME === undefined) {
  model.respond(
    new AIMessage({ content: "", tool_calls: [{ id: "call_1", name: "ship", args: { item: "a kettle" } }] }),
  );
} else model.respond(new AIMessage("Your kettle is on its way."));

const agent = createAgent({
  model,
  tools: [ship],
  checkpointer,
  store,
  middleware: [mnemeMemory({ url: MNEME_URL, namespace: NAMESPACE, timeoutMs: 20_000, onError: "throw" })],
});
const input = RESUME === undefined ? { messages: [new HumanMessage("Please ship a kettle.")] } : null;
const { messages } = await agent.invoke(input, {
  configurable: { thread_id: THREAD_ID },
  durability: "sync",
});
process.send?.(`said ${messages.at(-1)?.text}`);
await checkpointer.end();
process.disconnect?.();
