import type { CountTokens } from "../../../domain/tokens.js";
import type { FactInput } from "../../model/fact.js";
import type { MemoryDetail, Source } from "../../model/record.js";
import type { Asked } from "./ask.js";
import { ask } from "./ask.js";
import { factMemory } from "./derived-memory.js";
import { groundFacts } from "./ground.js";
import { patternFacts } from "./pattern-facts.js";
import type { Draft, DraftMemory, Made, Run } from "../run.js";
import type { WorkServices } from "../services.js";
import { excerptOf, sourcesOf } from "../sources.js";

interface Extracting {
  readonly services: WorkServices;
  readonly run: Run;
  readonly count: CountTokens;
}

const BY_PATTERNS: Made = { method: "deterministic", model: null, because: null };

/** Facts that patterns find in these episodes; undefined if there are none. */
export function matched(
  { services, run }: Pick<Extracting, "services" | "run">,
  episodes: readonly MemoryDetail[],
  made: Made = BY_PATTERNS,
): Draft | undefined {
  const memories = patternFacts(episodes.map(excerptOf)).flatMap((found) => {
    const { source, subject, predicate, object, confidence, cardinality } = found;
    const episode = episodes[source];
    const fact = { subject, predicate, object, confidence, cardinality };
    return episode === undefined ? [] : [memoryOf({ services, run }, episode, fact, made)];
  });
  return draftOf(memories, made);
}

/** Facts by the language model; by patterns if the model gives nothing usable. */
export async function extractFacts(
  { services, run }: Extracting,
  sources: readonly Source[],
  budget: { readonly calls: number; readonly tokens: number },
): Promise<Asked<Draft | undefined>> {
  const episodes = await sourcesOf(services, run.namespace, sources);
  if (episodes === undefined) return { value: undefined, calls: 0, tokens: 0 };
  const excerpts = episodes.map(excerptOf);
  const asked = await ask(services.llm, budget, (llm) => llm.extractFacts(excerpts));
  const { calls, tokens } = asked;
  const { answer, because } = asked.value;
  if (answer === undefined) {
    const made: Made = { ...BY_PATTERNS, because: because ?? null };
    return { value: matched({ services, run }, episodes, made), calls, tokens };
  }
  const made: Made = { method: "llm", model: answer.model, because: null };
  const grounded = groundFacts(answer.value, excerpts).flatMap(({ source, ...fact }) => {
    const episode = episodes[source];
    return episode === undefined ? [] : [memoryOf({ services, run }, episode, fact, made)];
  });
  return { value: draftOf(grounded, made), calls, tokens };
}

function memoryOf(
  { services, run }: Pick<Extracting, "services" | "run">,
  episode: MemoryDetail,
  fact: FactInput,
  made: Made,
): DraftMemory {
  const id = services.memory.newId(services.now());
  return factMemory({ id, run, step: "facts", sources: [episode], made }, fact);
}

/** Facts are added to their episodes, and supersede none. */
function draftOf(memories: readonly DraftMemory[], made: Made): Draft | undefined {
  return memories.length === 0 ? undefined : { memories, made, supersede: [] };
}
