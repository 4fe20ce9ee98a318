import { createRandom, pick } from "./random.js";
import type { Random } from "./random.js";
import { createCentres, near } from "./vectors.js";
import type { Vector } from "./vectors.js";
import { createVocabulary, FUNCTION_WORDS } from "./vocabulary.js";
import { createZipf } from "./zipf.js";

/**
 * Made-up memories that load an index as real ones do: word frequencies by Zipf's law over 20,000 words, topics
 * with words and a region of the vector space of their own, identifiers here and there, no text twice. Every record
 * and every question is a function of the seed and its number.
 */
export interface Corpus {
  record(index: number): CorpusRecord;
  /** A question of 5 to 8 words about one of the first `records` records, with a vector near that one's topic. */
  question(index: number, records: number): Question;
}

export interface CorpusRecord {
  readonly content: string;
  readonly embedding: Vector;
}

export interface Question {
  readonly text: string;
  readonly embedding: Vector;
}

export interface CorpusOptions {
  readonly seed: number;
  readonly dimensions: number;
  /** Mean length of a content, in characters. */
  readonly characters: number;
}

const WORDS = 20_000;
const TOPICS = 200;
const TOPIC_WORDS = 150;
/** Share of a text's words that are of its topic. */
const TOPICAL = 0.3;
/** Two records of one topic then have a cosine of about 0.6. */
const RECORD_SPREAD = 0.8;
const QUESTION_SPREAD = 0.5;

export function createCorpus({ seed, dimensions, characters }: CorpusOptions): Corpus {
  const shared = createRandom(seed);
  const vocabulary = createVocabulary(shared, WORDS);
  const rank = createZipf(WORDS);
  const topicRank = createZipf(TOPIC_WORDS);
  const common = new Set(FUNCTION_WORDS);
  const content = vocabulary.slice(FUNCTION_WORDS.length);
  const topics = createCentres(seed + 1, TOPICS, dimensions).map((centre) => ({
    centre,
    words: Array.from({ length: TOPIC_WORDS }, () => pick(shared, content)),
  }));

  const topicOf = (index: number) => {
    const topic = topics[createRandom(seed ^ Math.imul(index + 1, 0x9e3779b1)).integer(TOPICS)];
    if (topic === undefined) throw new Error("no topic");
    return topic;
  };

  function words(index: number): string[] {
    const random = createRandom(seed + 1000 + index);
    const topic = topicOf(index);
    const target = characters * (0.75 + random.next() / 2);
    const drawn: string[] = [];
    for (let length = 0; length < target;) {
      const source = random.next() < TOPICAL ? topic.words[topicRank(random)] : vocabulary[rank(random)];
      const word = random.next() < 0.01 ? identifier(random) : (source ?? "");
      drawn.push(word);
      length += word.length + 1;
    }
    return drawn;
  }

  return {
    record(index) {
      const random = createRandom(seed - 1 - index);
      return {
        content: sentences(words(index), random),
        embedding: near(random, topicOf(index).centre, RECORD_SPREAD),
      };
    },
    question(index, records) {
      const random = createRandom(seed * 31 + index);
      const about = random.integer(records);
      const telling = words(about).filter((word) => !common.has(word));
      const length = 5 + random.integer(4);
      const asked = ["what", "did", pick(random, FUNCTION_WORDS)];
      while (asked.length < length) asked.push(pick(random, telling));
      return {
        text: `${asked.join(" ")}?`,
        embedding: near(random, topicOf(about).centre, QUESTION_SPREAD),
      };
    },
  };
}

/** Such as `QK-4821-T`. */
function identifier(random: Random): string {
  const letter = (): string => String.fromCodePoint(65 + random.integer(26));
  return `${letter()}${letter()}-${1000 + random.integer(9000)}-${letter()}`;
}

function sentences(words: readonly string[], random: Random): string {
  const parts: string[] = [];
  for (let from = 0; from < words.length;) {
    const sentence = words.slice(from, from + 6 + random.integer(12)).join(" ");
    parts.push(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`);
    from += sentence.split(" ").length;
  }
  return parts.join(" ");
}
