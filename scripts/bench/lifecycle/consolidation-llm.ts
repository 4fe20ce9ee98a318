import type { RunningService } from "../../harness/service.js";
import { connectHttp } from "../measure/http-client.js";
import { countBy, write } from "./consolidation.js";
import { createEpisodes } from "./episodes.js";
import type { RunFigures } from "./runs.js";
import { actionsOf, watchRun } from "./runs.js";

const NAMESPACE = "bench.llm";
const BUDGETS = [
  { max_llm_calls: 100, max_llm_tokens: 10_000_000 },
  { max_llm_calls: 10_000, max_llm_tokens: 100_000 },
] as const;

export interface LlmFigures {
  readonly episodes: number;
  readonly runs: readonly {
    readonly budget: (typeof BUDGETS)[number];
    readonly run: RunFigures;
    readonly actions: Readonly<Record<string, number>>;
  }[];
}

/** Runs with a language model that answers at once, bounded by its calls and by its tokens. */
export async function benchWithLlm(
  service: RunningService,
  episodes: number,
  note: (line: string) => void,
): Promise<LlmFigures> {
  const corpus = createEpisodes();
  const http = await connectHttp(service.url);
  const runs = [];
  for (const [index, budget] of BUDGETS.entries()) {
    const namespace = `${NAMESPACE}.${index}`;
    note(`writing ${episodes} episodes`);
    await write(http, namespace, episodes, corpus.episode);
    note(`a run of at most ${budget.max_llm_calls} calls and ${budget.max_llm_tokens} tokens`);
    const steps = ["merge", "summarise", "facts"];
    const { id, ...run } = await watchRun(service, http, namespace, {
      ...budget,
      steps,
      older_than_seconds: 0,
    });
    runs.push({ budget, run, actions: countBy(await actionsOf(http, namespace, id)) });
  }
  http.close();
  return { episodes, runs };
}
