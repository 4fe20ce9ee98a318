// The example's actor: it stands in for a chat model, so that the example costs nothing and says the same each time.
// It makes nothing up. It quotes the sentence of its context that has most of the question's words, or says that it
// doesn't know. What it gets to read decides what it can answer, as with a real one: put a ChatOpenAI in its place.
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage } from "@langchain/core/messages";
import { z } from "zod";

/** @typedef {import("@langchain/core/messages").BaseMessage} BaseMessage */
/** @typedef {{ text: string, id?: string | undefined }} Sentence */

/** A line of mneme's memory block, as far as it matters here. */
const memoryLine = z.object({
  kind: z.string(),
  source: z.object({ id: z.string().optional() }),
  content: z.string(),
});
/** @typedef {z.infer<typeof memoryLine>} MemoryLine */

/** The block in which mneme's context has its lines. */
const MEMORY = /<memory>\n(.*)<\/memory>/s;

export class QuotingModel extends BaseChatModel {
  _llmType() {
    return "quoting";
  }

  /**
   * @override
   * @param {BaseMessage[]} messages
   */
  async _generate(messages) {
    const message = new AIMessage(answer(messages));
    return { generations: [{ text: message.text, message }] };
  }
}

/** @param {BaseMessage[]} messages the last one is what the user says now */
function answer(messages) {
  const said = messages.at(-1)?.text ?? "";
  if (!said.includes("?")) return "Thank you, noted.";
  const memory = messages.flatMap(memoryIn);
  const sentences = [
    ...messages.slice(0, -1).flatMap(({ text }) => sentencesIn(text.replace(MEMORY, ""))),
    ...memory
      .filter(({ kind }) => kind !== "procedure")
      .flatMap(({ content, source }) => sentencesIn(content).map(({ text }) => ({ text, id: source.id }))),
  ];
  const rules = memory.filter(({ kind }) => kind === "procedure");
  return bestAnswer(sentences, rules, wordsIn(said));
}

/** @param {BaseMessage} message @returns {MemoryLine[]} */
function memoryIn(message) {
  const block = MEMORY.exec(message.text)?.[1] ?? "";
  return block
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => memoryLine.parse(JSON.parse(line)));
}

/** Statements, without who says them. @param {string} text @returns {Sentence[]} */
function sentencesIn(text) {
  return text
    .split(/(?<=[.?!])\s+|\n/)
    .map((sentence) => sentence.replace(/^\w+: /, "").trim())
    .filter((sentence) => sentence !== "" && !sentence.endsWith("?"))
    .map((sentence) => ({ text: sentence }));
}

const LITTLE = new Set(
  "a an and are do does have how i in is it me much my of on the to what when where which you".split(" "),
);

/** Without their plural s. @param {string} text */
function wordsIn(text) {
  const words = text.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
  return new Set(words.filter((word) => !LITTLE.has(word)).map((word) => word.replace(/s$/, "")));
}

/**
 * The sentence with most of the question's words, and with more than half of them; among several, the one with most of
 * what a rule asks for.
 *
 * @param {Sentence[]} sentences @param {MemoryLine[]} rules @param {Set<string>} question
 */
function bestAnswer(sentences, rules, question) {
  const rated = sentences.map((sentence) => ({ sentence, fits: common(wordsIn(sentence.text), question) }));
  const most = Math.max(0, ...rated.map(({ fits }) => fits));
  const fitting = rated.filter(({ fits }) => fits === most).map(({ sentence }) => sentence);
  const [first] = fitting;
  if (first === undefined || most <= question.size / 2) return "I don't know.";
  for (const { content, source } of rules) {
    // What is asked for stands after "When …:".
    const rule = wordsIn(content.slice(content.lastIndexOf(": ")));
    const obeying = fitting.find(
      ({ text }) => common(wordsIn(text), rule) > common(wordsIn(first.text), rule),
    );
    if (obeying !== undefined) return `${obeying.text} [${source.id}]`;
  }
  return first.id === undefined ? first.text : `I remember: “${first.text}” [${first.id}]`;
}

/** @param {Set<string>} some @param {Set<string>} others */
function common(some, others) {
  return [...some].filter((word) => others.has(word)).length;
}
