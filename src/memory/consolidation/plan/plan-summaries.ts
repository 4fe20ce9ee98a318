import { analyse } from "../../text/terms.js";
import type { ClusterEpisode } from "./cluster.js";
import { clusterEpisodes, MEASURED_LEAST_COSINE } from "./cluster.js";
import { isEpisode, isOld } from "./eligible.js";
import { statedEnd } from "../language/inherited-life.js";
import type { Planning } from "./planner.js";
import type { Action } from "../run.js";
import { choose } from "../language/summarise.js";
import { walkAround } from "./walk.js";

const CLUSTER = { most: 4, least: 2, most_tokens: 6000 } as const;

/** Clusters of old episodes of one session, agent and author: what one author wrote isn't hidden behind another's doubt. */
export async function* planSummaries(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, taken, count, now } = planning;
  const { store } = services.memory;
  const before = now - run.options.older_than_seconds * 1000;
  // One for the whole run, also while the store changes from one model to another.
  const model = services.memory.embedder?.model.id;
  const episodes: ClusterEpisode[] = [];
  const versions = new Map<string, number>();
  for await (const memories of walkAround(planning, ["episodic"])) {
    const old = memories.filter((memory) => isEpisode(memory) && isOld(memory, before));
    const vectors = await store.vectorsOf(
      run.namespace,
      old.map(({ id }) => id),
      model,
    );
    for (const [index, memory] of old.entries()) {
      await services.pace();
      const vector = vectors[index];
      versions.set(memory.id, memory.version);
      episodes.push({
        id: memory.id,
        // A memory that ends soon mustn't end the others with it.
        group: JSON.stringify([
          memory.source_agent,
          memory.session_id,
          memory.agent_id,
          statedEnd(memory) !== undefined,
        ]),
        at: memory.timestamp,
        vector,
        tokens: count(memory.content),
        terms: vector === undefined ? analyse(memory.content).terms : [],
      });
    }
  }
  const least_cosine = MEASURED_LEAST_COSINE[model ?? ""];
  const options = { ...CLUSTER, least_cosine };
  for (const cluster of await clusterEpisodes(episodes, options, services.pace)) {
    const sources = cluster.map((id) => ({ id, version: versions.get(id) ?? 1 }));
    for (const id of cluster) taken.add(id);
    await services.pace();
    // What a language model is to write isn't written before its time.
    if (services.llm !== undefined) {
      yield { step: "summarise", sources };
      continue;
    }
    const made = { method: "deterministic", model: null, because: null } as const;
    const draft = await choose(planning, sources, made);
    if (draft !== undefined) yield { step: "summarise", sources, draft };
  }
}
