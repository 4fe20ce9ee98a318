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
  if (!said.includes("?")) return "I see.";
  const read = messages.slice(0, -1);
  const memory = read.flatMap(memoryIn);
  // What a procedure asks for stands after its "When …:".
  const rules = memory
    .filter(({ kind }) => kind === "procedure")
    .map(({ content }) => content.slice(content.lastIndexOf(": ") + 1));
  const sentences = [
    ...read.filter((message) => memoryIn(message).length === 0).flatMap(({ text }) => sentencesIn(text)),
    ...memory
      .filter(({ kind }) => kind !== "procedure")
      .flatMap(({ content, source }) => sentencesIn(content).map(({ text }) => ({ text, id: source.id }))),
  ];
  return quote(best(sentences, wordsIn(said), wordsIn(rules.join(" "))));
}

/** @param {BaseMessage} message @returns {MemoryLine[]} */
function memoryIn(message) {
  const block = /<memory>\n(.*)<\/memory>/s.exec(message.text)?.[1] ?? "";
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
  "a an and are do does have how i in is it me much my of on the to what where which you".split(" "),
);

/** @param {string} text */
function wordsIn(text) {
  const words = text.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
  return new Set(words.filter((word) => !LITTLE.has(word)));
}

/**
 * The sentence with most of the question's words, and at least with more than half of them; among such, the one that
 * has most of what the rules ask for.
 *
 * @param {Sentence[]} sentences @param {Set<string>} question @param {Set<string>} rules
 */
function best(sentences, question, rules) {
  const fitting = sentences
    .map((sentence) => ({ sentence, words: wordsIn(sentence.text) }))
    .map(({ sentence, words }) => ({ sentence, fits: common(words, question), obeys: common(words, rules) }))
    .filter(({ fits }) => fits > question.size / 2)
    .toSorted((one, other) => other.fits - one.fits || other.obeys - one.obeys);
  return fitting[0]?.sentence;
}

/** @param {Set<string>} some @param {Set<string>} others */
function common(some, others) {
  return [...some].filter((word) => others.has(word)).length;
}

/** @param {Sentence} [sentence] */
function quote(sentence) {
  if (sentence === undefined) return "I don't know.";
  return sentence.id === undefined ? sentence.text : `I remember: “${sentence.text}” [${sentence.id}]`;
}
