// One turn with the agent, in a process of its own: node talk.mjs '{"thread":"monday","say":"Hello."}'
// `resume`: goes on where the thread was cut off. `fork`: says it where the thread had its first answer.
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MnemeStore, RedisSaver } from "@mneme/checkpointer";
import { createAgent } from "./agent.mjs";
import { createModel } from "./model.mjs";

/** @type {{ thread: string, say?: string, resume?: boolean, fork?: boolean }} */
const { thread, say = "", resume = false, fork = false } = JSON.parse(process.argv[2] ?? "{}");
const {
  REDIS_URL = "redis://127.0.0.1:6379",
  MNEME_URL = "http://127.0.0.1:8080",
  LEDGER = "ledger.txt",
} = process.env;
const apiKey = process.env["MNEME_API_KEY"];

const checkpointer = await RedisSaver.fromUrl(REDIS_URL, { namespace: "example.cafe" });
const agent = createAgent({
  model: await createModel(),
  checkpointer,
  store: new MnemeStore({ url: MNEME_URL, rootNamespace: "example.cafe", ...(apiKey ? { apiKey } : {}) }),
  user: "ada",
  ledger: LEDGER,
  note(line) {
    console.log(`        (${line})`);
    process.send?.(line);
  },
});

const config = { configurable: { thread_id: thread }, durability: /** @type {const} */ ("sync") };
if (!resume) console.log(`  Ada:  ${say}`);
const from = fork ? await firstAnswer() : config;
const { messages } = await agent.invoke(resume ? null : { messages: [new HumanMessage(say)] }, from);
console.log(`  Agent: ${messages.at(-1)?.text}`);
await checkpointer.end();
process.disconnect?.();

/** The checkpoint at the end of the first turn. */
async function firstAnswer() {
  /** @type {import("@langchain/core/runnables").RunnableConfig} */
  let first = config;
  for await (const { values, next, config: at } of agent.getStateHistory(config)) {
    const last = values.messages?.at(-1);
    if (next.length === 0 && last instanceof AIMessage) first = { ...config, ...at };
  }
  return first;
}
