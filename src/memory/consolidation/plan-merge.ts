import { claimsOf, sameClaims } from "../claims.js";
import type { MemoryDetail } from "../record.js";
import { analyse } from "../terms.js";
import { mergedMemory, refOf, sharedMetadata } from "./draft.js";
import { isMergeable } from "./eligible.js";
import type { Planning } from "./planner.js";
import { MOST_EXAMINED } from "./planner.js";
import type { Action, Made } from "./run.js";
import { walk } from "./walk.js";

/** How many of the nearest are looked at. */
const NEAREST = 16;
const MOST_SOURCES = 16;
const MADE: Made = { method: "deterministic", model: null, because: null };

/**
 * Near-duplicates: the same words in the same order, or vectors as close as what says the same, and the same numbers,
 * identifiers and denials. Only what has been written since the last run is compared, with all there is.
 */
export async function* planMerges(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, taken, after, reach, now } = planning;
  const { store } = services.memory;
  const byWords = new Map<string, MemoryDetail>();
  let examined = 0;
  for await (const { memories, reached } of walk(store, run.namespace, ["semantic", "procedural"], {
    after,
  })) {
    const fresh = memories.filter(isMergeable);
    const vectors =
      services.similarity === undefined
        ? []
        : await store.vectorsOf(
            run.namespace,
            fresh.map(({ id }) => id),
          );
    for (const [index, memory] of fresh.entries()) {
      await services.pace();
      if (taken.has(memory.id)) continue;
      const near = await nearDuplicates(planning, memory, vectors[index]);
      const words = wordsOf(memory);
      const same = byWords.get(words);
      if (same === undefined) byWords.set(words, memory);
      const others = [...near, ...(same === undefined ? [] : [same])].filter(
        (other) => other.id !== memory.id && !taken.has(other.id) && mayMerge(memory, other),
      );
      const group = [...new Map([memory, ...others].map((each) => [each.id, each])).values()]
        .slice(0, MOST_SOURCES)
        .toSorted((one, other) => (one.id < other.id ? -1 : 1));
      if (group.length < 2) continue;
      for (const { id } of group) taken.add(id);
      const id = services.memory.newId(now);
      const sources = group.map(refOf);
      const merged = mergedMemory({ id, run, step: "merge", sources: group, made: MADE });
      yield { step: "merge", sources, draft: { memories: [merged], made: MADE, supersede: sources } };
    }
    reach(reached);
    examined += memories.length;
    if (examined >= MOST_EXAMINED) return;
  }
}

async function nearDuplicates(
  { services, run }: Planning,
  memory: MemoryDetail,
  vector: Float32Array | undefined,
): Promise<MemoryDetail[]> {
  const { similarity } = services;
  if (vector === undefined || similarity === undefined) return [];
  const { store } = services.memory;
  const near = await store.nearest(run.namespace, memory.memory_type, vector, NEAREST);
  const ids = near.filter((each) => each.similarity >= similarity && each.id !== memory.id);
  if (ids.length === 0) return [];
  const found = await store.peekDetails(
    run.namespace,
    ids.map(({ id }) => id),
  );
  const claims = claimsOf(memory.content);
  return found
    .filter((other) => other !== undefined)
    .filter((other) => isMergeable(other) && sameClaims(claimsOf(other.content), claims))
    .filter((other) => sameNames(memory.content, other.content));
}

const CAPITALISED = /\p{Lu}[\p{L}\p{M}]*/gu;

/**
 * Whether two texts differ in no word that may be a name: with a capital in either of them. Vectors of "Ann prefers tea"
 * and "Bob prefers tea" lie close together.
 */
function sameNames(one: string, other: string): boolean {
  const names = new Set(
    [one, other].flatMap((text) => analyse((text.match(CAPITALISED) ?? []).join(" ")).terms),
  );
  const [left, right] = [new Set(analyse(one).terms), new Set(analyse(other).terms)];
  return [...names].every((name) => left.has(name) === right.has(name));
}

/** Two that filters tell apart, or that are so at other times, stay two. */
function mayMerge(one: MemoryDetail, other: MemoryDetail): boolean {
  return (
    one.memory_type === other.memory_type &&
    one.agent_id === other.agent_id &&
    one.session_id === other.session_id &&
    one.valid_from === other.valid_from &&
    one.valid_to === other.valid_to &&
    sameMetadata(one, other)
  );
}

/** Of what runs wrote into them, only what they are is compared. */
function sameMetadata(one: MemoryDetail, other: MemoryDetail): boolean {
  const shared = Object.keys(sharedMetadata([one, other])).filter((name) => name !== "consolidation");
  const own = ({ metadata }: MemoryDetail) =>
    Object.keys(metadata).filter((name) => name !== "consolidation");
  return own(one).length === shared.length && own(other).length === shared.length;
}

function wordsOf({ memory_type, agent_id, session_id, content }: MemoryDetail): string {
  return JSON.stringify([memory_type, agent_id, session_id, analyse(content).terms, claimsOf(content)]);
}
