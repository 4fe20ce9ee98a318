import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { END, interrupt, MessagesValue, START, StateGraph, StateSchema } from "@langchain/langgraph";
import { z } from "zod";

const INSTRUCTIONS = `You work at the desk of a hotel. Where you follow a line of memory, end with its id in brackets.
A single room is 120 dollars a night. A single room is 110 euros a night.
A double room is 180 dollars a night. A double room is 165 euros a night.
Breakfast is 24 dollars. Breakfast is 22 euros.`;

const State = new StateSchema({
  messages: MessagesValue,
  /** When the user says it, as these days are simulated. */
  at: z.string(),
  /** What the model is shown between its instructions and what the user says. */
  context: z.array(z.object({ role: z.string(), content: z.string() })).default([]),
  /** Of what was recalled for the answer. */
  receipts: z.array(z.string()).default([]),
});

/** What the graph is resumed with. */
const heard = z.object({ feedback: z.string().optional() });

/**
 *     recall → model → keep
 *
 * @param {object} parts
 * @param {import("@langchain/core/language_models/chat_models").BaseChatModel} parts.model
 * @param {import("@langchain/langgraph-checkpoint").BaseCheckpointSaver} parts.checkpointer where each thread is between two steps
 * @param {import("./mneme.mjs").Mneme} [parts.mneme] without it the agent knows its thread and nothing else
 */
export function createAgent({ model, checkpointer, mneme }) {
  return new StateGraph(State)
    .addNode("recall", async ({ messages }, config) => {
      if (mneme === undefined) return { context: messages.slice(0, -1).map(plain) };
      // Facts about the user belong in each context; all else is recalled by what was just said.
      const about = { query: textOf(messages.at(-1)), subject: "user" };
      const found = await mneme.context(threadOf(config), about);
      return { context: found.messages, receipts: found.receipt_ids };
    })
    .addNode("model", async ({ messages, context }) => {
      const said = new HumanMessage(textOf(messages.at(-1)));
      return { messages: [await model.invoke([new SystemMessage(INSTRUCTIONS), ...context, said])] };
    })
    .addNode("keep", async ({ messages, at }, config) => {
      // The graph waits here, if need be for days and in another process, until the user has seen the answer.
      const { feedback } = heard.parse(interrupt("What do you think of this answer?"));
      await mneme?.keep({
        session_id: threadOf(config),
        timestamp: at,
        input: textOf(messages.at(-2)),
        response: textOf(messages.at(-1)),
        feedback,
      });
    })
    .addEdge(START, "recall")
    .addEdge("recall", "model")
    .addEdge("model", "keep")
    .addEdge("keep", END)
    .compile({ checkpointer });
}

/** A thread of LangGraph's is a session of mneme's. @param {import("@langchain/core/runnables").RunnableConfig} config */
function threadOf({ configurable }) {
  return z.string().parse(configurable?.["thread_id"]);
}

/** @param {import("@langchain/core/messages").BaseMessage} [message] */
function textOf(message) {
  return message?.text ?? "";
}

/** @param {import("@langchain/core/messages").BaseMessage} message */
function plain(message) {
  return { role: message.type, content: message.text };
}
