import { hash } from "node:crypto";
import { LIMITS } from "../../../domain/limits.js";
import type { ModelVector } from "../../model/model-vector.js";
import type { MemoryDetail } from "../../model/record.js";
import { mergedMemory, refOf } from "../language/derived-memory.js";
import { isMergeable } from "./eligible.js";
import type { Planning } from "./planner.js";
import { MOST_EXAMINED } from "./planner.js";
import type { Action, Made } from "../run.js";
import { walk } from "./walk.js";
import { wordingOf } from "../../text/wording.js";

/** The number of nearest memories that are compared. */
const NEAREST = 16;
const MOST_SOURCES = 16;
const MADE: Made = { method: "deterministic", model: null, because: null };

/**
 * Memories of one author that are the same but for what `wordingOf` passes over. Another author's memory is never a
 * source: it would give its tags, its importance or its doubt to what the first one said. Only what has been written since the last run is
 * compared: with each other, and with what lies nearest by its vector.
 */
export async function* planMerges(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, taken, after, again, reach, now } = planning;
  const { store } = services.memory;
  const model = services.memory.embedder?.model.id;
  const groups = new Map<string, Set<string>>();
  let examined = 0;
  for await (const { memories, reached } of walk(services, run.namespace, ["semantic", "procedural"], {
    after,
    again,
  })) {
    const fresh = memories.filter(isMergeable);
    const vectors = await store.vectorsOf(
      run.namespace,
      fresh.map(({ id }) => id),
      model,
    );
    for (const [index, memory] of fresh.entries()) {
      await services.pace();
      const name = nameOf(memory);
      const values = vectors[index];
      const vector = model === undefined || values === undefined ? undefined : { model, values };
      const near = await nearest(planning, memory, vector);
      const group = groups.get(name) ?? new Set();
      for (const each of [memory, ...near.filter((other) => nameOf(other) === name)]) group.add(each.id);
      groups.set(name, group);
    }
    reach(reached);
    examined += memories.length;
    if (examined >= MOST_EXAMINED + again.length) break;
  }
  for (const [name, ids] of groups) {
    if (ids.size < 2) continue;
    await services.pace();
    const found = await store.peekDetails(run.namespace, [...ids].toSorted().slice(0, MOST_SOURCES));
    const sources = found.filter(
      (memory): memory is MemoryDetail =>
        memory !== undefined && isMergeable(memory) && nameOf(memory) === name,
    );
    if (sources.length < 2 || new Set(sources.flatMap(({ tags }) => tags)).size > LIMITS.tags) continue;
    for (const { id } of sources) taken.add(id);
    const id = services.memory.newId(now);
    const merged = mergedMemory({ id, run, step: "merge", sources, made: MADE });
    const refs = sources.map(refOf);
    yield { step: "merge", sources: refs, draft: { memories: [merged], made: MADE, supersede: refs } };
  }
}

async function nearest(
  { services, run }: Planning,
  memory: MemoryDetail,
  vector: ModelVector | undefined,
): Promise<MemoryDetail[]> {
  if (vector === undefined) return [];
  const { store } = services.memory;
  const near = await store.nearest(run.namespace, memory.memory_type, vector, NEAREST);
  const found = await store.peekDetails(
    run.namespace,
    near.map(({ id }) => id),
  );
  return found.filter((other): other is MemoryDetail => other !== undefined && isMergeable(other));
}

/**
 * Memories with the same key merge: a hash of the words, of the author, and of what a filter can ask for. Tags aren't in
 * it, because the merged memory has them all; nor is the timestamp, because a recall that asks for a time looks at the
 * sources as well. Of metadata that runs wrote, only their kind is compared.
 */
function nameOf(memory: MemoryDetail): string {
  const { source_agent, memory_type, agent_id, session_id, valid_from, valid_to, metadata, content } = memory;
  const own = Object.entries(metadata)
    .filter(([name]) => name !== "consolidation")
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return hash(
    "sha256",
    JSON.stringify([
      source_agent,
      memory_type,
      agent_id,
      session_id,
      valid_from,
      valid_to,
      own,
      wordingOf(content),
    ]),
  );
}
