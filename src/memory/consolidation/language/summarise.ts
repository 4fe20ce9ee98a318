import type { CountTokens } from "../../../domain/tokens.js";
import type { MemoryDetail, Source } from "../../model/record.js";
import { summaryMemory } from "./derived-memory.js";
import { groundSummary } from "./ground.js";
import type { Asked } from "./ask.js";
import { ask } from "./ask.js";
import type { Draft, Made, Run } from "../run.js";
import { chooseSentences } from "./sentences.js";
import type { WorkServices } from "../services.js";
import { excerptOf, sourcesOf } from "../sources.js";

/**
 * A summary's share of its sources' tokens, by their mean: `0.4 + 0.6 × 100 / (100 + mean)`. So ten hits cost less than
 * before, and short turns, where each word counts, keep more. Measured in docs/lifecycle.md.
 */
function shareOf(memories: readonly MemoryDetail[], count: CountTokens): number {
  const mean = memories.reduce((sum, { content }) => sum + count(content), 0) / memories.length;
  return (0.4 + 60 / (100 + mean)) / memories.length;
}

interface Summarising {
  readonly services: WorkServices;
  readonly run: Run;
  readonly count: CountTokens;
}

/** A summary of chosen sentences; undefined if a source has changed, or there is nothing to say. */
export async function choose(
  { services, run, count }: Summarising,
  sources: readonly Source[],
  made: Made,
): Promise<Draft | undefined> {
  const memories = await sourcesOf(services, run.namespace, sources);
  return memories && draftOf({ services, run }, memories, linesOf(memories, count), made);
}

/** Representative sentences of these memories. */
export function linesOf(memories: readonly MemoryDetail[], count: CountTokens): string[] {
  return chooseSentences(memories.map(excerptOf), { share: shareOf(memories, count), count }).map(
    ({ text }) => text,
  );
}

/** A summary by the language model; of chosen sentences if the model gives nothing that its sources support. */
export async function write(
  { services, run, count }: Summarising,
  sources: readonly Source[],
  budget: { readonly calls: number; readonly tokens: number },
): Promise<Asked<Draft | undefined>> {
  const memories = await sourcesOf(services, run.namespace, sources);
  if (memories === undefined) return { value: undefined, calls: 0, tokens: 0 };
  const excerpts = memories.map(excerptOf);
  const asked = await ask(services.llm, budget, (llm) => llm.summarise(excerpts));
  const { calls, tokens } = asked;
  const { answer, because } = asked.value;
  const grounded = answer === undefined ? [] : groundSummary(answer.value, excerpts);
  const lines = grounded.map(({ text }) => text);
  // A summary longer than half of its sources isn't a summary.
  const whole = excerpts.reduce((sum, { text }) => sum + count(text), 0);
  const written = lines.length > 0 && count(lines.join("\n")) < whole / 2;
  if (written && answer !== undefined) {
    const made = { method: "llm", model: answer.model, because: null } as const;
    return { value: draftOf({ services, run }, memories, lines, made), calls, tokens };
  }
  const made = { method: "deterministic", model: null, because: because ?? "ungrounded" } as const;
  return { value: draftOf({ services, run }, memories, linesOf(memories, count), made), calls, tokens };
}

function draftOf(
  { services, run }: Pick<Summarising, "services" | "run">,
  sources: readonly MemoryDetail[],
  lines: readonly string[],
  made: Made,
): Draft | undefined {
  if (lines.length === 0) return undefined;
  const id = services.memory.newId(services.now());
  return {
    memories: [summaryMemory({ id, run, step: "summarise", sources, made }, lines)],
    made,
    supersede: sources.map(({ id: source, version }) => ({ id: source, version })),
  };
}
