import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AIMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { Annotation, END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

/** @typedef {typeof State.State} AgentState */
/** @typedef {import("@langchain/langgraph").LangGraphRunnableConfig} Config */

const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  /** What long-term memory has to say about what the user said last. */
  known: /** @type {typeof Annotation<string[]>} */ (Annotation)(),
});

const TOOLS = [
  {
    type: /** @type {const} */ ("function"),
    function: {
      name: "remember",
      description: "Keeps a fact about the user for good.",
      parameters: {
        type: "object",
        properties: { topic: { type: "string", description: "One word." }, fact: { type: "string" } },
        required: ["topic", "fact"],
      },
    },
  },
  {
    type: /** @type {const} */ ("function"),
    function: {
      name: "order",
      description: "Pays for a drink, and ships it.",
      parameters: { type: "object", properties: { item: { type: "string" } }, required: ["item"] },
    },
  },
];

/** Where what is known of a user lies in the store. */
const memoriesOf = (/** @type {string} */ user) => ["users", user, "facts"];

/**
 *     recall → model → remember ──→ model → …
 *                   ↘ pay → ship ↗
 *
 * @param {object} parts
 * @param {Awaited<ReturnType<typeof import("./model.mjs").createModel>>} parts.model
 * @param {import("@langchain/langgraph-checkpoint").BaseCheckpointSaver} parts.checkpointer short-term memory: what happens in a thread
 * @param {import("@langchain/langgraph-checkpoint").BaseStore} parts.store long-term memory: what holds in every thread
 * @param {string} parts.user
 * @param {string} parts.ledger a file with a line per payment
 * @param {(line: string) => void} parts.note told of what is done out in the world
 */
export function createAgent({ model, checkpointer, store, user, ledger, note }) {
  const talking = model.bindTools(TOOLS);

  /** @param {AgentState} state @param {Config} config */
  async function recall({ messages }, config) {
    const query = messages.at(-1)?.text ?? "";
    const items = (await config.store?.search(memoriesOf(user), { query, limit: 3 })) ?? [];
    return { known: items.map(({ value }) => String(value["fact"])) };
  }

  /** @param {AgentState} state */
  async function talk({ messages, known }) {
    const facts = known.map((fact) => `- ${fact}`).join("\n");
    const system = new SystemMessage(
      `You take orders for drinks, in one short sentence. Of the user you know:\n${facts}`,
    );
    return { messages: [await talking.invoke([system, ...messages])] };
  }

  /** @param {AgentState} state @param {Config} config */
  async function remember({ messages }, config) {
    const { id, args } = toolCall(messages);
    await config.store?.put(memoriesOf(user), String(args["topic"]), { fact: String(args["fact"]) });
    note(`remembered for good: ${String(args["fact"])}`);
    return { messages: [new ToolMessage({ content: "Kept.", tool_call_id: id })] };
  }

  /** @param {AgentState} state */
  function pay({ messages }) {
    const { args } = toolCall(messages);
    appendFileSync(ledger, `${String(args["item"])}\n`);
    note(`paid for: ${String(args["item"])}`);
    return {};
  }

  /** @param {AgentState} state */
  async function ship({ messages }) {
    const { id, args } = toolCall(messages);
    note(`shipping: ${String(args["item"])} ...`);
    // The parent process kills this one here, the first time.
    if (process.env["SLOW"] === "1") await sleep(60_000);
    note(`shipped: ${String(args["item"])}`);
    return { messages: [new ToolMessage({ content: `Shipped: ${String(args["item"])}`, tool_call_id: id })] };
  }

  return new StateGraph(State)
    .addNode("recall", recall)
    .addNode("model", talk)
    .addNode("remember", remember)
    .addNode("pay", pay)
    .addNode("ship", ship)
    .addEdge(START, "recall")
    .addEdge("recall", "model")
    .addConditionalEdges("model", next, ["remember", "pay", END])
    .addEdge("remember", "model")
    .addEdge("pay", "ship")
    .addEdge("ship", "model")
    .compile({ checkpointer, store });
}

/** @param {AgentState} state */
function next({ messages }) {
  const last = messages.at(-1);
  const name = last instanceof AIMessage ? last.tool_calls?.[0]?.name : undefined;
  if (name === "remember") return "remember";
  return name === "order" ? "pay" : END;
}

/** @param {import("@langchain/core/messages").BaseMessage[]} messages */
function toolCall(messages) {
  const last = messages.at(-1);
  const call = last instanceof AIMessage ? last.tool_calls?.[0] : undefined;
  if (call === undefined) throw new Error("The model called no tool.");
  return { id: call.id ?? "", args: call.args };
}
