import { refOf } from "../language/derived-memory.js";
import { isObserved } from "./eligible.js";
import { matched } from "../language/facts.js";
import type { Planning } from "./planner.js";
import { MOST_EXAMINED } from "./planner.js";
import type { Action } from "../run.js";
import { walk } from "./walk.js";

/** Episodes that a language model reads at once. */
const TOGETHER = 16;
const TOKENS_TOGETHER = 4000;

/** Facts in episodes that no earlier run has read. */
export async function* planFacts(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, after, again, reach, count } = planning;
  let examined = 0;
  const options = { after, again, superseded: true };
  for await (const { memories, reached } of walk(services, run.namespace, ["episodic"], options)) {
    const episodes = memories.filter(isObserved);
    if (services.llm === undefined) {
      for (const episode of episodes) {
        await services.pace();
        const draft = matched({ services, run }, [episode]);
        if (draft !== undefined) yield { step: "facts", sources: [refOf(episode)], draft };
      }
    } else {
      for (const batch of batches(episodes, ({ content }) => count(content))) {
        yield { step: "facts", sources: batch.map(refOf) };
      }
    }
    await services.pace();
    reach(reached);
    examined += memories.length;
    if (examined >= MOST_EXAMINED + again.length) return;
  }
}

function batches<Item>(items: readonly Item[], tokensOf: (item: Item) => number): Item[][] {
  const found: Item[][] = [];
  let tokens = 0;
  for (const item of items) {
    const size = tokensOf(item);
    const last = found.at(-1);
    if (last !== undefined && last.length < TOGETHER && tokens + size <= TOKENS_TOGETHER) {
      last.push(item);
      tokens += size;
    } else {
      found.push([item]);
      tokens = size;
    }
  }
  return found;
}
