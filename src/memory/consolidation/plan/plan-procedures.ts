import { SYSTEM_ACTOR } from "../../../domain/context.js";
import type { JsonValue } from "../../../domain/json.js";
import { LIMITS } from "../../../domain/limits.js";
import type { Interaction, MemoryDetail } from "../../model/record.js";
import { procedureMemory, refOf } from "../language/derived-memory.js";
import { isKnown, isObserved } from "./eligible.js";
import type { Planning } from "./planner.js";
import { MOST_EXAMINED } from "./planner.js";
import { feedbackOf } from "../language/feedback-of.js";
import { learnProcedures, READ_CHARACTERS } from "../language/procedures.js";
import type { JudgedEpisode } from "../language/procedures.js";
import type { Action, Made } from "../run.js";
import { walk } from "./walk.js";

/** The fewest repetitions of feedback. */
const LEAST = 3;
const MOST_SOURCES = 64;
/** What is kept of all interactions together: more than this, and only the newest count. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
const MADE: Made = { method: "deterministic", model: null, because: null };

/** Plans procedures from repeated feedback on interactions, if none has been learned from it yet. */
export async function* planProcedures(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, now } = planning;
  const isLearned = await learnedFrom(planning);
  const judged: JudgedEpisode[] = [];
  let examined = 0;
  let characters = 0;
  // Feedback of one day may be summarised before it is repeated, so superseded episodes count too. If there are very
  // many, the newest count.
  const options = { order: "desc", superseded: true } as const;
  for await (const { memories } of walk(services, run.namespace, ["episodic"], options)) {
    for (const memory of memories) {
      if (!isObserved(memory) || memory.interaction?.feedback === undefined) continue;
      const episode = judgedEpisode(memory, memory.interaction);
      judged.push(episode);
      characters += sizeOf(episode);
      await services.pace();
    }
    examined += memories.length;
    if (examined >= MOST_EXAMINED || characters >= MOST_CHARACTERS) break;
  }
  const authors = new Map(judged.map(({ id, source_agent }) => [id, source_agent]));
  for (const { content, sources } of await learnProcedures(judged, { least: LEAST, pace: services.pace })) {
    if (sources.some((id) => isLearned(id, authors.get(id) ?? ""))) continue;
    const found = await services.memory.store.peekDetails(run.namespace, sources.slice(0, MOST_SOURCES));
    const from = found.filter((memory): memory is MemoryDetail => memory !== undefined && isObserved(memory));
    // Deleted since they were read.
    if (from.length < LEAST) continue;
    const id = services.memory.newId(now);
    const procedure = procedureMemory({ id, run, step: "procedures", sources: from, made: MADE }, content);
    const draft = { memories: [procedure], made: MADE, supersede: [] };
    yield { step: "procedures", sources: from.map(refOf), draft };
  }
}

/** Of an interaction, which may be large, only what is learned from. */
function judgedEpisode(memory: MemoryDetail, interaction: Interaction): JudgedEpisode {
  const { text, positive } = feedbackOf(interaction);
  return {
    id: memory.id,
    source_agent: memory.source_agent,
    agent_id: memory.agent_id,
    input: beginningOf(textOf(interaction.input)),
    feedback: text === null ? null : beginningOf(text),
    positive,
    tools: (interaction.tool_calls ?? []).slice(0, LIMITS.toolCalls).map(({ name }) => beginningOf(name)),
    at: memory.timestamp,
  };
}

/** Copied: a part of a text keeps the whole one in memory. */
function beginningOf(text: string): string {
  return text.length <= READ_CHARACTERS
    ? text
    : Buffer.from(text.slice(0, READ_CHARACTERS), "utf16le").toString("utf16le");
}

function sizeOf({ input, feedback, tools }: JudgedEpisode): number {
  return tools.reduce((size, tool) => size + tool.length, input.length + (feedback?.length ?? 0));
}

/**
 * Tells whether a procedure has been learned from an author's episode already, by mneme or by the author: another writer
 * that names it as a source keeps nothing from being learned.
 */
async function learnedFrom({ services, run }: Planning): Promise<(id: string, author: string) => boolean> {
  const learned = new Map<string, Set<string>>();
  // A merged procedure supersedes others, and each of those knows its own episodes.
  for await (const { memories } of walk(services, run.namespace, ["procedural"], { superseded: true })) {
    for (const { derived_from, source_agent } of memories.filter(isKnown)) {
      for (const { id } of derived_from)
        learned.set(id, (learned.get(id) ?? new Set<string>()).add(source_agent));
    }
  }
  return (id, author) => {
    const by = learned.get(id);
    return by !== undefined && (by.has(author) || by.has(SYSTEM_ACTOR.agent));
  };
}

function textOf(input: JsonValue | undefined): string {
  return typeof input === "string" ? input : JSON.stringify(input ?? "");
}
