import { createCorpus } from "../corpus/corpus.js";
import type { Question } from "../corpus/corpus.js";

/** Of the local model. */
const DIMENSIONS = 384;
const CHARACTERS = 300;
const SEED = 20_277;
const START = Date.parse("2024-01-01T00:00:00Z");
const MINUTE_MS = 60_000;
const PER_SESSION = 100;
/** One in this many episodes says a fact, and one in this many isn't worth keeping. */
const FACT_EVERY = 20;
const UNIMPORTANT_EVERY = 10;
const SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "ro", "su"];

/** What is consolidated: the same for the same numbers. */
export interface Episodes {
  /** Of sessions of 100, a minute apart, all of them years old. */
  episode(index: number): object;
  /** Two of three have a twin that says the same. */
  note(index: number): object;
  /** Said with feedback that comes again and again. */
  interaction(index: number): object;
  question(index: number, records: number): Question;
}

export function createEpisodes(): Episodes {
  const corpus = createCorpus({ seed: SEED, dimensions: DIMENSIONS, characters: CHARACTERS });
  return {
    episode(index) {
      const { content, embedding } = corpus.record(index);
      const fact = index % FACT_EVERY === 0 ? `${nameOf(index)}: I live in ${nameOf(index * 7)}. ` : "";
      return {
        memory_type: "episodic",
        content: `${fact}${content}`,
        embedding,
        session_id: `session-${Math.floor(index / PER_SESSION)}`,
        timestamp: new Date(START + index * MINUTE_MS).toISOString(),
        importance: index % UNIMPORTANT_EVERY === 0 ? 0.3 : 0.6,
      };
    },
    note(index) {
      const said = index % 3 === 2 ? index - 1 : index;
      const { content, embedding } = corpus.record(1_000_000 + said);
      return {
        memory_type: "semantic",
        content: said === index ? content : content.toLowerCase(),
        embedding,
      };
    },
    interaction: (index) => ({
      input: `How far is it from ${nameOf(index)} to ${nameOf(index + 1)} by train?`,
      response: `It is ${100 + index} miles.`,
      feedback: "Please always answer in kilometres.",
    }),
    question: (index, records) => corpus.question(index, records),
  };
}

function nameOf(index: number): string {
  const name = [...String(index)].map((digit) => SYLLABLES[Number(digit)] ?? "").join("");
  return name.charAt(0).toUpperCase() + name.slice(1);
}
