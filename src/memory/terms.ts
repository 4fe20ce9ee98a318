import { stemmer } from "stemmer";
import { STOP_WORDS } from "./stop-words.js";

/**
 * Text to terms, the same way for what is indexed and for what is asked. Terms hold only letters, digits, marks
 * and pictographs, so nothing in them can be query syntax, and RediSearch's own tokenizer (which knows no Unicode
 * punctuation) has nothing left to split but spaces.
 */
export interface Analysis {
  /** In the order of the text, repetitions included. */
  readonly terms: readonly string[];
  /** The parts of each identifier, such as cx 7742 b of CX-7742-B; they stand in `terms` as well. */
  readonly identifiers: readonly (readonly string[])[];
}

/** A keyword query: what a caller asks for, taken apart. */
export interface KeywordQuery {
  /** Each once, in the order of the query. */
  readonly terms: readonly string[];
  /** Identifiers and quoted phrases: words that belong together in this order. */
  readonly phrases: readonly (readonly string[])[];
  /** Neighbouring terms: together they say more than each alone. */
  readonly pairs: readonly (readonly [string, string])[];
}

const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[-_./:#@+][\p{L}\p{N}\p{M}]+)*|\p{Extended_Pictographic}/gu;
const PART = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu;
const IDENTIFIER = /[\p{N}@]/u;
/** Scripts written without spaces between words. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;
const PLAIN_WORD = /^[a-z]+$/;
const QUOTED = /"([^"]+)"|“([^”]+)”/g;

/** A longer word is no word: two that agree this far are taken for the same. */
export const MAX_TERM_LENGTH = 64;
/** More words than these make a query slower, not better. */
const MAX_QUERY_TERMS = 24;
const MAX_QUERY_PHRASES = 16;
/** Two phrases that agree this far are taken for the same: each word of one is one more list to walk through. */
const MAX_PHRASE_WORDS = 16;
/** Of all phrases together; where every record holds them, these take Redis 5 µs a record. */
const MAX_PHRASES_WORDS = 48;

/**
 * Lower case, stop words dropped, English words stemmed (Porter: An algorithm for suffix stripping, 1980). An
 * identifier (a token with inner punctuation and a digit or `@`) keeps all of its parts as they are.
 */
export function analyse(text: string): Analysis {
  const terms: string[] = [];
  const identifiers: string[][] = [];
  for (const [token] of text.normalize("NFKC").toLowerCase().matchAll(TOKEN)) {
    const parts = token.match(PART) ?? [];
    if (parts.length > 1 && IDENTIFIER.test(token)) {
      const kept = parts.flatMap(segments);
      identifiers.push(kept);
      terms.push(...kept);
    } else {
      terms.push(
        ...parts
          .filter((part) => !STOP_WORDS.has(part))
          .flatMap(segments)
          .map(stem),
      );
    }
  }
  return { terms, identifiers };
}

/** What the index sees of a text. */
export function indexText(text: string): string {
  return analyse(text).terms.join(" ");
}

/** What to look up for a query; no terms where it holds only stop words and punctuation. */
export function parseQuery(query: string): KeywordQuery {
  const { terms: sequence, identifiers } = analyse(query);
  const terms = [...new Set(sequence)].slice(0, MAX_QUERY_TERMS);
  const quoted = [...query.matchAll(QUOTED)].map(
    ([, straight, curly]) => analyse(straight ?? curly ?? "").terms,
  );
  const phrases = [...identifiers, ...quoted]
    .filter(({ length }) => length > 1)
    .map((words) => words.slice(0, MAX_PHRASE_WORDS));
  return { terms, phrases: bounded(unique(phrases)), pairs: neighbours(sequence, new Set(terms)) };
}

/** The first phrases, as many as a query may have. */
function bounded(phrases: readonly (readonly string[])[]): (readonly string[])[] {
  let words = 0;
  return phrases.slice(0, MAX_QUERY_PHRASES).filter(({ length }) => (words += length) <= MAX_PHRASES_WORDS);
}

/** A run of a script without spaces becomes its overlapping pairs of characters, as is usual for Chinese and Japanese. */
function segments(part: string): string[] {
  const spaced = part.replace(UNSPACED, (run) => ` ${bigrams(run).join(" ")} `);
  return spaced.split(" ").flatMap((segment) => (segment === "" ? [] : [cut(segment)]));
}

/** Never half a character: RedisJSON refuses a lone surrogate. */
function cut(segment: string): string {
  const start = segment.slice(0, MAX_TERM_LENGTH);
  return start.isWellFormed() ? start : start.slice(0, -1);
}

function bigrams(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function stem(word: string): string {
  return PLAIN_WORD.test(word) ? stemmer(word) : word;
}

function neighbours(sequence: readonly string[], allowed: ReadonlySet<string>): [string, string][] {
  const pairs = new Map<string, [string, string]>();
  for (const [index, second] of sequence.entries()) {
    const first = sequence[index - 1];
    if (first === undefined || first === second || !allowed.has(first) || !allowed.has(second)) continue;
    pairs.set(`${first} ${second}`, [first, second]);
  }
  return [...pairs.values()].slice(0, MAX_QUERY_TERMS);
}

function unique(phrases: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(phrases.map((phrase) => [phrase.join(" "), phrase])).values()];
}
