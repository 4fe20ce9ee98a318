import type { CountTokens } from "../../../domain/tokens.js";
import { extractLines } from "../../text/extract.js";
import type { Excerpt } from "../ports.js";
import { isQuestion, lineOf, saidIn } from "../../text/speakers.js";

export interface SentencesOptions {
  /** The summary's most tokens, as a share of its sources' tokens; below 1. */
  readonly share: number;
  readonly count: CountTokens;
  /** Tokens of all sources together, if the caller has counted them. */
  readonly source_tokens?: number | undefined;
}

export interface ChosenLine {
  /** A sentence as it was said, with its speaker where its text names one. */
  readonly text: string;
  /** The place of the excerpt that it stands in. */
  readonly source: number;
}

/** Lines that are tried where none fits into the share. */
const FALLBACKS = 16;
const IDENTIFIER = 0.3;
const DATE = 0.2;
const NAME = 0.2;
/** Before all that isn't the first of its source. */
const FIRST_WEIGHT = 1000;
const GREETING_WEIGHT = 0.2;
const QUESTION_WEIGHT = 0.4;

const NUMBER = /\p{N}/u;
const WHEN =
  /\b(?:jan(?:uary)?|feb(?:ruary)?|march|april|june|july|aug(?:ust)?|sept(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|yesterday|today|tonight|tomorrow|(?:last|next|this) (?:week|weekend|month|year|night|spring|summer|autumn|fall|winter))\b/i;
/** A capital that doesn't begin a sentence; I isn't a name. */
const NAMED = /(?<=[^.!?:\s]\s)(?!I\b)\p{Lu}[\p{L}\p{M}]+/u;
const GREETING =
  /^(?:hi|hello|hey|good (?:morning|afternoon|evening|night)|(?:many )?thanks?(?: you| so much| a lot)?|thank you|you'?re welcome|no problem|sure|certainly|of course|great|awesome|wow|cool|ok(?:ay)?|yes|yeah|no|bye|good ?bye|see you|take care|sounds good|glad to (?:hear|help)|happy to help|how are you|congrat(?:s|ulations))\b/i;
const GREETING_LENGTH = 60;

/**
 * A summary without a language model: representative sentences of a cluster's excerpts, in the order of time. Each is a
 * line of its own as it was said, with its speaker, so that no line joins two sources. Names, numbers, identifiers and
 * dates raise a sentence's weight; greetings and questions lower it. Shorter than the sources together; empty if these
 * aren't prose, or nothing in them is short enough.
 */
export function chooseSentences(
  excerpts: readonly Excerpt[],
  { share, count, source_tokens }: SentencesOptions,
): ChosenLine[] {
  const tokens = source_tokens ?? excerpts.reduce((total, { text }) => total + count(text), 0);
  const lines = linesOf(excerpts);
  const chosen = ofEach(lines, Math.floor(tokens * share), count);
  const kept = chosen.length > 0 ? chosen : shortest(lines, tokens, count);
  return kept.map(({ text, source }) => ({ text, source }));
}

interface Line extends ChosenLine {
  readonly weight: number;
}

function linesOf(excerpts: readonly Excerpt[]): Line[] {
  const ordered = [...excerpts.entries()].toSorted(([a, one], [b, other]) => one.at - other.at || a - b);
  return ordered.flatMap(([source, { text }]) =>
    saidIn(text).map((said) => ({ text: lineOf(said), source, weight: weightOf(said.sentence) })),
  );
}

/** Representative lines: one of each source before a second one of another, as far as they fit. */
function ofEach(lines: readonly Line[], budget: number, count: CountTokens): Line[] {
  const sources = [...new Set(lines.map(({ source }) => source))];
  const chosen = extractLines(lines, budget, count);
  if (sources.every((source) => chosen.some((line) => line.source === source))) return chosen;
  const firsts = new Set(
    sources.flatMap((source) => {
      const own = lines.filter((line) => line.source === source);
      const fitting = own.filter(({ text }) => count(`${text}\n`) <= budget / sources.length);
      return (fitting.length > 0 ? heaviest(fitting) : shortestOf(own, count)) ?? [];
    }),
  );
  return extractLines(
    lines.map((line) => (firsts.has(line) ? { ...line, weight: line.weight * FIRST_WEIGHT } : line)),
    budget,
    count,
  );
}

function heaviest(lines: readonly Line[]): Line | undefined {
  return lines.toSorted((a, b) => b.weight - a.weight)[0];
}

function shortestOf(lines: readonly Line[], count: CountTokens): Line | undefined {
  return lines.toSorted((a, b) => count(a.text) - count(b.text))[0];
}

/** Short sources may have no sentence within the share of them; then one that is shorter than all of them. */
function shortest(lines: readonly Line[], tokens: number, count: CountTokens): Line[] {
  for (const line of lines.toSorted((a, b) => b.weight - a.weight).slice(0, FALLBACKS)) {
    const fits = extractLines([line], tokens - 1, count);
    if (fits.length > 0) return fits;
  }
  return [];
}

function weightOf(sentence: string): number {
  let weight = 1;
  if (NUMBER.test(sentence)) weight += IDENTIFIER;
  if (WHEN.test(sentence)) weight += DATE;
  if (NAMED.test(sentence)) weight += NAME;
  if (isQuestion(sentence)) weight *= QUESTION_WEIGHT;
  if (sentence.length <= GREETING_LENGTH && GREETING.test(sentence)) weight *= GREETING_WEIGHT;
  return weight;
}
