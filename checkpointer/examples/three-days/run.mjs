// The story: two days of talk, each consolidated in the night, and a third day on which the agent is asked.
// Needs REDIS_URL and MNEME_URL, of a mneme service; `npm run example -- three-days` brings both.
import { randomUUID } from "node:crypto";
import { HumanMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { RedisSaver } from "@mneme/checkpointer";
import { createAgent } from "./agent.mjs";
import { DAYS, QUESTIONS } from "./days.mjs";
import { connect } from "./mneme.mjs";
import { QuotingModel } from "./model.mjs";

/** @typedef {ReturnType<typeof createAgent>} Agent */

const { REDIS_URL = "redis://127.0.0.1:6379", MNEME_URL = "http://127.0.0.1:8080" } = process.env;
// Each guest has a namespace, and each run a guest of its own: what one of them said is never recalled for another.
const NAMESPACE = `example.hotel.guest-${randomUUID().slice(0, 8)}`;
/** In messages. The oldest turns of a longer session are summarised, and leave it. */
const WINDOW = 6;
const DAY_MS = 24 * 3600 * 1000;
/** When the third day begins. None of what is said lies in the future. */
const THIRD_DAY = Date.now() - 3600 * 1000;

const mneme = connect({ url: MNEME_URL, apiKey: process.env["MNEME_API_KEY"], namespace: NAMESPACE });
const checkpointer = await RedisSaver.fromUrl(REDIS_URL, { namespace: NAMESPACE });
const model = new QuotingModel({});
const agent = createAgent({ model, checkpointer, mneme });

await mneme.setWindow(WINDOW);
for (const [index, turns] of DAYS.entries()) {
  const day = index + 1;
  const thread = `day ${day}`;
  console.log(`Day ${day}. Thread and session “${thread}”.`);
  for (const [place, { say, feedback }] of turns.entries()) {
    await talk(agent, { thread, at: timeOf(day, place), say, feedback });
  }
  await showSession(thread);
  console.log(`\nNight ${day}. The namespace is consolidated.`);
  await showConsolidation();
  console.log();
}

console.log("Day 3, without memory: the same graph and model, which see their thread and nothing else.");
const forgetful = createAgent({ model, checkpointer });
for (const [place, say] of QUESTIONS.entries()) {
  await talk(forgetful, { thread: "day 3, without memory", at: timeOf(3, place), say });
}

console.log("\nDay 3, with memory: a new thread and a new session.");
for (const [place, say] of QUESTIONS.entries()) {
  const { said, receipts } = await talk(agent, { thread: "day 3", at: timeOf(3, place), say });
  await showSource(idIn(said));
  await showReceipts(receipts);
}
await checkpointer.end();

/**
 * One turn: what the user says, what the agent answers, and what the user thinks of it.
 *
 * @param {Agent} with_ @param {{ thread: string, at: string, say: string, feedback?: string | undefined }} turn
 */
async function talk(with_, { thread, at, say, feedback }) {
  const config = { configurable: { thread_id: thread } };
  console.log(`  Mara:  ${say}`);
  const { messages, receipts } = await with_.invoke(
    { messages: [new HumanMessage(say)], at, receipts: [] },
    config,
  );
  const said = messages.at(-1)?.text ?? "";
  console.log(`  Agent: ${said.replace(/ \[\w+\]$/, "")}`);
  if (feedback !== undefined) console.log(`         (feedback: ${feedback})`);
  // The graph waits for this in its last node, which then gives the whole exchange to mneme.
  await with_.invoke(new Command({ resume: { feedback } }), config);
  return { said, receipts };
}

/** Five minutes pass between two turns. @param {number} day @param {number} place */
function timeOf(day, place) {
  return new Date(THIRD_DAY - (3 - day) * DAY_MS + place * 5 * 60_000).toISOString();
}

/** @param {string} time */
function dayOf(time) {
  return `day ${3 + Math.floor((Date.parse(time) - THIRD_DAY) / DAY_MS)}`;
}

/** @param {string} id */
async function showSession(id) {
  const { message_count, summarised_to, summary } = await mneme.settledSession(id, WINDOW);
  if (summary === null) return;
  console.log(
    `  The session had ${message_count} messages. The first ${summarised_to} left it, as this summary:`,
  );
  for (const line of summary.text.split("\n")) console.log(`    ${line}`);
}

async function showConsolidation() {
  for (const { step, sources, result } of await mneme.consolidate()) {
    for (const id of result?.made ?? []) {
      const { memory_type, content } = await mneme.memory(id);
      console.log(`  ${step}: ${count(sources.length, "memory", "memories")} → ${memory_type}:`);
      for (const line of content.split("\n")) console.log(`    ${line}`);
    }
  }
}

/** The memory from which the agent answered, and what that one was made of. @param {string} [id] */
async function showSource(id) {
  if (id === undefined) return;
  const { memory_type, content, trust } = await mneme.memory(id);
  console.log(`         from ${memory_type} memory (trust ${trust}): ${inShort(content)}`);
  for (const { timestamp, content: said } of await mneme.origins(id)) {
    console.log(`           ← said on ${dayOf(timestamp)}: ${inShort(said)}`);
  }
}

/** What was recalled for the answer, and can be read and replayed later. @param {string[]} ids */
async function showReceipts(ids) {
  for (const id of ids) {
    const { hits } = await mneme.receipt(id);
    console.log(`         receipt ${id}: ${count(hits.length, "memory", "memories")} recalled`);
  }
}

/** Of the line of memory that the model says it followed. @param {string} said */
function idIn(said) {
  return /\[(\w+)\]$/.exec(said)?.[1];
}

/** @param {string} text */
function inShort(text) {
  const line = text.replaceAll("\n", " / ");
  return line.length > 90 ? `${line.slice(0, 90)} …` : line;
}

/** @param {number} size @param {string} one @param {string} many */
function count(size, one, many) {
  return `${size} ${size === 1 ? one : many}`;
}
