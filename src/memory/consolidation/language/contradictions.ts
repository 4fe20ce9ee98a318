import { claimsOf } from "../../text/claims.js";
import { analyse } from "../../text/terms.js";
import { normaliseName } from "../../../domain/normalise-name.js";
import type { Excerpt } from "../ports.js";
import { isSingle, patternFacts } from "./pattern-facts.js";
import { isQuestion, saidIn } from "../../text/speakers.js";

/** Places of two excerpts, the lower one first. */
export type Contradiction = readonly [number, number];

/** Sentences of all excerpts together: each is compared with each. */
const MOST_SENTENCES = 1024;
const LEAST_SENTENCES = 8;
/** Terms of one sentence. */
const MOST_TERMS = 48;
/** Share of common terms from which two sentences are about the same thing. */
const ALIKE = 0.5;

/** Days, months and numbers in words are values as numbers are. */
const VALUE_WORDS = new Set(
  analyse(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty hundred thousand january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday",
  ).terms,
);
const DENIALS = new Set(analyse("no not never none nobody nothing neither nor without cannot").terms);
const FIRST_PERSON = /\b(?:i|me|my|mine|myself|we|us|our|ours)\b/i;

/**
 * Excerpts that say nearly the same with other numbers, identifiers, days or denials, or that give a person another
 * name, home, birthday or favourite. They must not become one sentence. Errs towards finding one. Two speakers who
 * speak of themselves don't contradict each other.
 */
export function contradictionsOf(excerpts: readonly Excerpt[]): Contradiction[] {
  const most = Math.max(LEAST_SENTENCES, Math.floor(MOST_SENTENCES / Math.max(1, excerpts.length)));
  const claims = excerpts.map(({ text }) => statementsIn(text, most));
  const facts = singlesIn(excerpts);
  const found: Contradiction[] = [];
  for (const [a, one] of claims.entries()) {
    for (const [b, other] of claims.entries()) {
      if (b <= a) continue;
      const spoken = one.some((left) => other.some((right) => contradict(left, right)));
      if (spoken || disagree(facts[a], facts[b])) found.push([a, b]);
    }
  }
  return found;
}

/** Objects by what can have only one of them at a time. */
type Singles = ReadonlyMap<string, string>;

function singlesIn(excerpts: readonly Excerpt[]): Singles[] {
  const singles = excerpts.map(() => new Map<string, string>());
  for (const { subject, predicate, object, source } of patternFacts(excerpts)) {
    if (!isSingle(predicate) && !predicate.startsWith("favourite_")) continue;
    singles[source]?.set(JSON.stringify([normaliseName(subject), predicate]), normaliseName(object));
  }
  return singles;
}

function disagree(one: Singles = new Map(), other: Singles = new Map()): boolean {
  return [...one].some(([name, object]) => other.has(name) && other.get(name) !== object);
}

interface Statement {
  /** What the sentence is about: its terms without values and denials. */
  readonly frame: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  readonly denied: boolean;
  /** The speaker, if the sentence is about the speaker; else null. */
  readonly self: string | null;
}

function statementsIn(text: string, most: number): Statement[] {
  return saidIn(text)
    .filter(({ sentence }) => !isQuestion(sentence))
    .slice(0, most)
    .map(({ speaker, sentence }) => {
      const { terms, identifiers } = analyse(sentence);
      const { values, denied } = claimsOf(sentence);
      const parts = new Set([...values, ...identifiers.flat()]);
      const words = terms.filter((term) => VALUE_WORDS.has(term));
      const rest = terms.filter((term) => !parts.has(term) && !VALUE_WORDS.has(term) && !DENIALS.has(term));
      // "Code: 4711." looks like a sentence by a speaker called Code.
      const frame = rest.length > 0 ? rest : analyse(speaker ?? "").terms;
      return {
        frame: new Set(frame.slice(0, MOST_TERMS)),
        values: new Set([...values, ...words]),
        denied,
        self: FIRST_PERSON.test(sentence) ? (speaker ?? "") : null,
      };
    })
    .filter(({ frame }) => frame.size > 0);
}

function contradict(one: Statement, other: Statement): boolean {
  if (one.denied === other.denied && !differ(one.values, other.values)) return false;
  if (one.self !== null && other.self !== null && one.self !== other.self) return false;
  const shared = sharedOf(one.frame, other.frame);
  const all = one.frame.size + other.frame.size - shared;
  return shared / all >= ALIKE && (shared > 1 || all === 1);
}

/** A statement that says more than another one doesn't contradict it. */
function differ(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const shared = sharedOf(one, other);
  return shared < one.size && shared < other.size;
}

function sharedOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [short, long] = one.size <= other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const each of short) if (long.has(each)) shared += 1;
  return shared;
}
