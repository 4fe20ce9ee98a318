import { LIMITS } from "../../domain/limits.js";
import { askedIn } from "./asked.js";
import { folded, foldsOf, syllablesOf } from "./folds.js";
import { isFunctionWord } from "./language/function-words.js";
import type { Language } from "./language/function-words.js";
import { languageOf } from "./language/language-of.js";
import type { FoundLanguage } from "./language/language-of.js";
import { stem } from "./language/stems.js";
import { STOP_WORDS } from "./language/stop-words.js";

/**
 * Text to terms, the same way for what is indexed and for what is asked. Terms hold only letters, digits, marks
 * and pictographs, so nothing in them can be query syntax, and RediSearch's own tokenizer (which knows no Unicode
 * punctuation) has nothing left to split but spaces.
 */
export interface Analysis {
  /** Terms in the order of the text, repetitions included. */
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
  /** Other spellings of the terms, as `indexText` writes them: they select, but count less. */
  readonly spellings: readonly string[];
  /** Terms outside of a long query's question: they count less. */
  readonly background: ReadonlySet<string>;
  /** Of the terms' stems; undefined: English, or not known. */
  readonly language: Language | undefined;
  /**
   * Terms that may be misspelt, or a part of a hash: if no memory holds one, similar ones are looked for. Names first.
   */
  readonly similar?: readonly string[];
}

/** A query before its terms are chosen: see `chooseTerms`. */
export interface ParsedQuery extends KeywordQuery {
  /** Terms of the question; all of them in a short query. */
  readonly asked: ReadonlySet<string>;
}

const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[-_./:#@+][\p{L}\p{N}\p{M}]+)*|\p{Extended_Pictographic}/gu;
const PART = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu;
const IDENTIFIER = /[\p{N}@]/u;
/** Scripts written without spaces between words, and Hangul, where particles are glued to the words. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Hangul}]+/gu;
/** With its marks, which are vowels and tones in Thai. */
const CHARACTER = /\P{M}\p{M}*|\p{M}+/gu;
const PLAIN_WORD = /^[a-z]+$/;
const QUOTED = /"([^"]+)"|“([^“”]+)”/g;

/** Longer words are cut: two that agree this far are taken for the same. */
export const MAX_TERM_LENGTH = 64;
/** More words than these make a query slower, not better. */
export const MAX_QUERY_TERMS = 24;
/** Among these are those looked for. */
const MAX_PARSED_TERMS = 384;
const MAX_SPELLINGS = 24;
/** The prefix of other spellings in the index: no term begins with it. */
const SPELLING = "_";
const MAX_QUERY_PHRASES = 16;
/** Two phrases that agree this far are taken for the same: each word of one is one more list to walk through. */
const MAX_PHRASE_WORDS = 16;
/** The most words of all phrases together. If every record holds them, these take Redis 5 µs a record. */
const MAX_PHRASES_WORDS = 48;

/**
 * Lower case, function words dropped, words stemmed: in Latin script by the stemmer of a language, undefined: Porter's
 * English one; in other scripts by that of the script. An identifier (a token with inner punctuation and a digit or `@`)
 * keeps all of its parts as they are.
 */
export function analyse(text: string, language?: Language): Analysis {
  return analyseNormalised(normalised(text), language);
}

/** `dropped`: the language whose function words are dropped. */
function analyseNormalised(text: string, language?: Language, dropped = language): Analysis {
  const terms: string[] = [];
  const identifiers: string[][] = [];
  const isDropped = (word: string): boolean =>
    dropped === undefined ? STOP_WORDS.has(word) : isFunctionWord(word, dropped);
  for (const [token] of text.toLowerCase().matchAll(TOKEN)) {
    if (token.length <= MAX_TERM_LENGTH && PLAIN_WORD.test(token)) {
      // What the rest would make of most words, in a fifth of the time.
      if (!isDropped(token)) terms.push(stem(token, language));
      continue;
    }
    const parts = token.match(PART) ?? [];
    if (parts.length > 1 && IDENTIFIER.test(token)) {
      const kept = parts.flatMap(segments);
      identifiers.push(kept);
      terms.push(...kept);
    } else {
      for (const part of parts) {
        if (!isDropped(part)) terms.push(...segments(part).map((word) => stem(word, language)));
      }
    }
  }
  return { terms, identifiers };
}

/** NFKC makes up to 18 characters of one. What is longer by it than a content may be (see `normalisedTooLong`)
 * isn't looked at. */
function normalised(text: string): string {
  return text.normalize("NFKC").slice(0, LIMITS.normalisedLength);
}

/**
 * A text as the index sees it: its terms, and after them other spellings in it (see `foldsOf`) and single characters of
 * scripts whose terms are pairs of them, each once. A text in another language than English has the terms of English
 * analysis among its other spellings: a query that is too short to show its language finds it by them.
 */
export function indexText(text: string): string {
  const plain = normalised(text);
  const sure = languageOf(plain);
  const language = sure?.sure === true ? sure.language : undefined;
  const { terms } = analyseNormalised(plain, language);
  const exact = new Set(terms);
  const common = language === undefined ? [] : commonOf(analyseNormalised(plain, undefined, language).terms);
  const folds = foldsOf(plain).map((fold) => stem(fold, language));
  const others = [...folds, ...syllablesOf(plain), ...common].filter((other) => !exact.has(other));
  return [...terms, ...new Set(others.map((fold) => SPELLING + fold))].join(" ");
}

/** Terms without a language, and without accents, as a query without a language asks for them. */
function commonOf(terms: readonly string[]): string[] {
  return terms.map((term) => {
    const plain = folded(term);
    return plain === term ? term : stem(plain);
  });
}

/** The first terms of a text, each once. */
export function distinctTerms(text: string, most = MAX_QUERY_TERMS): string[] {
  return [...new Set(analyse(text).terms)].slice(0, most);
}

/**
 * The terms to look up for a query; none if it holds only stop words and punctuation. In a long query, its question
 * counts more than the text around it.
 */
export function parseQuery(query: string): ParsedQuery {
  const found = languageOf(query);
  const language = found?.sure === true ? found.language : undefined;
  const whole = analyse(query, language);
  const question = askedIn(query);
  const own = question === undefined ? whole : analyse(question, language);
  const asked = new Set(own.terms);
  const terms = [...new Set([...own.terms, ...whole.terms])];
  const phrases = phrasesOf(question ?? query, own, language);
  const around = question === undefined ? [] : phrasesOf(query, whole, language);
  const known = new Set(phrases.map(nameOf));
  const outside = [
    ...terms.filter((term) => !asked.has(term)),
    ...around.map(nameOf).filter((name) => !known.has(name)),
  ];
  return {
    terms,
    phrases: bounded(unique([...phrases, ...around])),
    pairs: neighbours(own.terms, new Set([...asked].slice(0, MAX_QUERY_TERMS))),
    spellings: spellingsOf(question ?? query, own.terms, found),
    background: new Set(outside),
    language,
    similar: similarTo(question ?? query, asked),
    asked,
  };
}

const nameOf = (words: readonly string[]): string => words.join(" ");

/** Identifiers, and what stands in quotes. */
function phrasesOf(
  text: string,
  { identifiers }: Analysis,
  language: Language | undefined,
): (readonly string[])[] {
  const quoted = take(text.matchAll(QUOTED), MAX_QUERY_PHRASES).flatMap(([, straight, curly]) =>
    [...new Set([language, undefined])].map((each) => analyse(straight ?? curly ?? "", each).terms),
  );
  return [...identifiers.slice(0, MAX_QUERY_PHRASES), ...quoted]
    .filter(({ length }) => length > 1)
    .map((words) => words.slice(0, MAX_PHRASE_WORDS));
}

/**
 * For a query: other spellings of each term in the index, and terms for which a term may be another spelling. If its
 * language isn't English, also the terms of English analysis; if it isn't sure, the stems of that language.
 */
function spellingsOf(text: string, terms: readonly string[], found: FoundLanguage | undefined): string[] {
  const exact = new Set(terms);
  const plain = normalised(text);
  const known = found?.sure === true ? found.language : undefined;
  const folds = foldsOf(plain).map((fold) => stem(fold, known));
  const instead = folds.flatMap((fold) =>
    fold.includes(SPELLING) || exact.has(fold) ? [SPELLING + fold] : [SPELLING + fold, fold],
  );
  const common = known === undefined ? terms : commonOf(analyseNormalised(plain, undefined, known).terms);
  // A pair of characters isn't another spelling of anything, nor is a term that has one itself.
  const own = [...new Set(common)].filter(
    (term) => folded(term) === term && ([...term].length === 1 || !term.match(UNSPACED)),
  );
  const stems = found?.sure === false ? analyseNormalised(plain, found.language).terms : common;
  const bare = stems.filter((each) => !exact.has(each));
  return [...new Set([...instead, ...own.map((term) => SPELLING + term), ...bare])].slice(0, MAX_SPELLINGS);
}

/** More would cost more than they bring: each is compared with the words of the whole index. */
const MAX_SIMILAR = 2;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const MISSPELT = /^\p{L}{4,24}$/u;
const HASH = /^(?=.*\d)[0-9a-f]{7,40}$/;

/** Terms of a question that may be misspelt, names first, and beginnings of hashes; in bounded number. */
function similarTo(text: string, asked: ReadonlySet<string>): string[] {
  const capital = new Set<string>();
  for (const [word] of normalised(text).slice(0, 2000).matchAll(WORD)) {
    if (/^\p{Lu}/u.test(word)) for (const term of analyseNormalised(word).terms) capital.add(term);
  }
  const possible = [...asked]
    .slice(0, MAX_QUERY_TERMS)
    .filter((term) => HASH.test(term) || (MISSPELT.test(term) && !term.match(UNSPACED)));
  const isName = (term: string): number => (capital.has(term) ? 0 : 1);
  return possible.toSorted((one, other) => isName(one) - isName(other));
}

/** The first of them that no memory holds. */
export function toGuess(
  { similar = [], terms }: KeywordQuery,
  held: (term: string) => number,
): readonly Guess[] {
  const chosen = new Set(terms);
  return similar
    .filter((term) => chosen.has(term) && held(term) === 0)
    .slice(0, MAX_SIMILAR)
    .map((term) => ({ term, begins: HASH.test(term) }));
}

/** A word that no memory holds. */
export interface Guess {
  readonly term: string;
  /** Words that begin with it are meant; else words that differ in a letter. */
  readonly begins: boolean;
}

function take<Item>(items: Iterable<Item>, most: number): Item[] {
  const taken: Item[] = [];
  for (const item of items) {
    if (taken.length === most) break;
    taken.push(item);
  }
  return taken;
}

/** The most terms of a long query outside its question. */
const MAX_BACKGROUND = 8;

export interface ChosenTerms {
  readonly query: KeywordQuery;
  /** Terms that aren't looked for. */
  readonly leftOut: readonly string[];
}

/** Whether a query has more terms than the limit. */
export function hasTooMany({ terms }: KeywordQuery): boolean {
  return terms.length > MAX_QUERY_TERMS;
}

/** Terms of a long query whose rarity `chooseTerms` has to know. */
export function termsToCompare({ terms }: KeywordQuery): readonly string[] {
  return terms.slice(0, MAX_PARSED_TERMS);
}

/**
 * The terms of a query that are looked for, at most 24: all of a shorter one. Of a longer one the rarest, those of what
 * it asks before the others; what no memory holds finds nothing. `held` says how many of the memories that the caller may
 * read hold a term.
 */
export function chooseTerms(parsed: ParsedQuery, held: (term: string) => number): ChosenTerms {
  const { asked: _, ...query } = parsed;
  if (!hasTooMany(query)) return { query, leftOut: [] };
  const byRarity = termsToCompare(query)
    .map((term) => ({ term, count: held(term) }))
    .toSorted((one, other) => (one.count || Infinity) - (other.count || Infinity));
  const asked = byRarity.filter(({ term }) => parsed.asked.has(term));
  const room = query.background.size === 0 ? MAX_QUERY_TERMS : MAX_QUERY_TERMS - MAX_BACKGROUND;
  const first = asked.slice(0, Math.max(room, MAX_QUERY_TERMS - query.background.size));
  const others = byRarity.filter(({ term, count }) => query.background.has(term) && count > 0);
  const chosen = new Set(
    [...first, ...others.slice(0, Math.min(MAX_BACKGROUND, MAX_QUERY_TERMS - first.length))].map(
      ({ term }) => term,
    ),
  );
  return {
    query: {
      ...query,
      terms: query.terms.filter((term) => chosen.has(term)),
      pairs: query.pairs.filter((pair) => pair.every((term) => chosen.has(term))),
    },
    leftOut: query.terms.filter((term) => !chosen.has(term)),
  };
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
  const characters = run.match(CHARACTER) ?? [];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
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
  return [...new Map(phrases.map((phrase) => [nameOf(phrase), phrase])).values()];
}
