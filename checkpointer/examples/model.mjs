import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage } from "@langchain/core/messages";

/** @typedef {import("@langchain/core/messages").BaseMessage} BaseMessage */

/** The real ChatOpenAI where there is a key; else one that runs here, costs nothing, and says the same each time. */
export async function createModel() {
  const { OPENAI_API_KEY, OPENAI_MODEL = "gpt-4.1-mini" } = process.env;
  if (!OPENAI_API_KEY) return new LocalChatModel({});
  const { ChatOpenAI } = await import("@langchain/openai");
  return new ChatOpenAI({ model: OPENAI_MODEL, temperature: 0 });
}

/** Knows how to talk about drinks, by a few rules. It calls tools as a real model does. */
class LocalChatModel extends BaseChatModel {
  _llmType() {
    return "local";
  }

  /** @override */
  bindTools() {
    return this;
  }

  /**
   * @override
   * @param {BaseMessage[]} messages
   */
  async _generate(messages) {
    const message = answer(messages);
    return { generations: [{ text: message.text, message }] };
  }
}

/** @param {BaseMessage[]} messages */
function answer(messages) {
  const last = messages.at(-1);
  const said = last?.text ?? "";
  const known = messages[0]?.text.match(/^- Drinks (.+)$/m)?.[1];
  if (last?.type === "tool") {
    return new AIMessage(
      said.startsWith("Shipped") ? `Done: ${said.slice(9)} is on its way.` : "I will remember that.",
    );
  }
  const drink = said.match(/I drink ([^.]+)\./i)?.[1];
  if (drink !== undefined) return call("remember", { topic: "drink", fact: `Drinks ${drink}` });
  const ordered = said.match(/order (?:me )?(?:a |some )?([^.]+)\./i)?.[1];
  if (ordered !== undefined)
    return call("order", { item: ordered === "my usual" ? (known ?? "water") : ordered });
  if (/what do I drink/i.test(said))
    return new AIMessage(known ? `You drink ${known}.` : "I don't know yet.");
  return new AIMessage("I see.");
}

/**
 * @param {string} name
 * @param {Record<string, string>} args
 */
function call(name, args) {
  return new AIMessage({ content: "", tool_calls: [{ id: `call_${name}`, name, args, type: "tool_call" }] });
}
