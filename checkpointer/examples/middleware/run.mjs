// An agent of createAgent with mneme's middleware. Needs REDIS_URL and MNEME_URL; `npm run example -- middleware` brings both.
import { RedisSaver } from "@mneme/checkpointer";
import { mnemeMemory } from "@mneme/checkpointer/middleware";
import { createAgent } from "langchain";
import { model } from "./model.mjs";

const { REDIS_URL = "redis://127.0.0.1:6379", MNEME_URL = "http://127.0.0.1:8080" } = process.env;
const apiKey = process.env["MNEME_API_KEY"];
const mneme = { url: MNEME_URL, ...(apiKey ? { apiKey } : {}) };
const checkpointer = await RedisSaver.fromUrl(REDIS_URL);

const agent = createAgent({
  model,
  systemPrompt: "You help the customers of a tea shop.",
  checkpointer,
  middleware: [mnemeMemory({ ...mneme, namespace: "example.tea", tools: ["remember"], timeoutMs: 30_000 })],
});

await say("monday", "I am Mara. Please remember that I drink Sencha.");
await say("friday", "What tea should I order?");
await checkpointer.end();

/** @param {string} thread @param {string} content */
async function say(thread, content) {
  const config = { configurable: { thread_id: thread } };
  const { messages } = await agent.invoke({ messages: [{ role: "user", content }] }, config);
  const answer = messages.at(-1);
  const shown = /** @type {{ receipt_ids: string[] } | undefined} */ (answer?.response_metadata["mneme"]);
  console.log(`${thread}: ${content}\n  ${answer?.text} (receipts: ${shown?.receipt_ids.length ?? 0})`);
}
