import type { JsonValue } from "../../../domain/json.js";
import type { MemoryDetail } from "../../model/record.js";
import { procedureMemory, refOf } from "../language/derived-memory.js";
import { isKnown, isObserved } from "./eligible.js";
import type { Planning } from "./planner.js";
import { MOST_EXAMINED } from "./planner.js";
import { feedbackOf } from "../language/feedback-of.js";
import { learnProcedures } from "../language/procedures.js";
import type { Action, Made } from "../run.js";
import { walk } from "./walk.js";

/** The fewest repetitions of feedback. */
const LEAST = 3;
const MOST_SOURCES = 64;
const MADE: Made = { method: "deterministic", model: null, because: null };

/** Plans procedures from repeated feedback on interactions, if none has been learned from it yet. */
export async function* planProcedures(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, now } = planning;
  const { store } = services.memory;
  const learned = await learnedFrom(planning);
  const episodes = new Map<string, MemoryDetail>();
  let examined = 0;
  // Feedback of one day may be summarised before it is repeated, so superseded episodes count too. If there are very
  // many, the newest count.
  const options = { order: "desc", superseded: true } as const;
  for await (const { memories } of walk(store, run.namespace, ["episodic"], options)) {
    for (const memory of memories) {
      if (isObserved(memory) && memory.interaction?.feedback !== undefined) episodes.set(memory.id, memory);
    }
    await services.pace();
    examined += memories.length;
    if (examined >= MOST_EXAMINED) break;
  }
  const judged = [...episodes.values()].map((episode) => {
    const { interaction } = episode;
    const { text, positive } = interaction === undefined ? NOTHING : feedbackOf(interaction);
    return {
      id: episode.id,
      version: episode.version,
      agent_id: episode.agent_id,
      input: textOf(interaction?.input),
      feedback: text,
      positive,
      tools: (interaction?.tool_calls ?? []).map(({ name }) => name),
      at: episode.timestamp,
    };
  });
  for (const { content, sources } of learnProcedures(judged, { least: LEAST })) {
    if (sources.some((id) => learned.has(id))) continue;
    const from = sources.slice(0, MOST_SOURCES).flatMap((id) => episodes.get(id) ?? []);
    const id = services.memory.newId(now);
    const procedure = procedureMemory({ id, run, step: "procedures", sources: from, made: MADE }, content);
    const draft = { memories: [procedure], made: MADE, supersede: [] };
    yield { step: "procedures", sources: from.map(refOf), draft };
  }
}

const NOTHING = { text: null, positive: null };

/** Episodes from which a procedure has been learned already. */
async function learnedFrom({ services, run }: Planning): Promise<Set<string>> {
  const learned = new Set<string>();
  const { store } = services.memory;
  // A merged procedure supersedes others, and each of those knows its own episodes.
  for await (const { memories } of walk(store, run.namespace, ["procedural"], { superseded: true })) {
    for (const { derived_from } of memories.filter(isKnown))
      for (const { id } of derived_from) learned.add(id);
  }
  return learned;
}

function textOf(input: JsonValue | undefined): string {
  return typeof input === "string" ? input : JSON.stringify(input ?? "");
}
