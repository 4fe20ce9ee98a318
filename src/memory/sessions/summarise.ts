import type { CountTokens } from "../../domain/tokens.js";
import { truncateUtf8 } from "../text/truncate.js";
import { extract } from "../text/extract.js";
import { stretchOf } from "../text/stretch.js";
import type { Claim } from "./ports.js";
import type { StretchSummary, Summarize } from "./summary.js";
import { SummaryFailed } from "./summary.js";
import { sentencesOf, transcriptOf } from "./transcript.js";

/** The length of the running summary, in tokens. */
const RUNNING_TOKENS = 400;
/** The most of a stretch that a language model gets. */
const TRANSCRIPT_BYTES = 24 * 1024;
/** Longer than it was asked for, but not endless. */
const WRITTEN_BYTES = 4 * 1024;

/** Summarises by the language model, if there is one and it gives something usable; else by choosing sentences. */
export async function summarise(
  { summary, messages }: Pick<Claim, "summary" | "messages">,
  summarize: Summarize | undefined,
  count: CountTokens,
): Promise<StretchSummary> {
  const previous = summary?.text ?? null;
  if (summarize === undefined) return choose(previous, messages, count, undefined);
  try {
    const transcript = truncateUtf8(transcriptOf(messages), TRANSCRIPT_BYTES);
    const written = await summarize({ previous, transcript });
    return {
      stretch: truncateUtf8(written.stretch, WRITTEN_BYTES),
      running: { text: truncateUtf8(written.running, WRITTEN_BYTES), method: "llm", model: written.model },
      fallback: undefined,
    };
  } catch (error) {
    if (!(error instanceof SummaryFailed)) throw error;
    return choose(previous, messages, count, error.reason);
  }
}

function choose(
  previous: string | null,
  messages: Claim["messages"],
  count: CountTokens,
  fallback: StretchSummary["fallback"],
): StretchSummary {
  const sentences = sentencesOf(messages);
  const before = previous === null ? [] : previous.split("\n");
  const stretch = stretchOf(sentences, count);
  const running = extract([...before, ...sentences], RUNNING_TOKENS, count).join("\n");
  return { stretch, running: { text: running, method: "extractive", model: null }, fallback };
}
