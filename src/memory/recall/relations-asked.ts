import { normaliseName } from "../../domain/normalise-name.js";
import { possibleNames } from "../model/names.js";
import type { Run } from "../model/names.js";
import { trimTo } from "../text/truncate.js";
import { analyse } from "../text/terms.js";

/** A word of a question: what it is compared by, and its place among the words, from 0. */
export interface AskedWord {
  readonly stem: string;
  readonly place: number;
}

/** Words of a question that are looked at. */
const MOST_WORDS = 48;
const OF_WORD = /[\p{L}\p{N}\p{M}]/u;
const POSSESSIVE = /['’]s?$/u;

/** The words of a question, in their order. */
export function wordsAsked(question: string): readonly AskedWord[] {
  const words = normaliseName(question)
    .split(" ")
    .slice(0, MOST_WORDS)
    .map((word) => trimTo(word, OF_WORD).replace(POSSESSIVE, ""));
  return words.flatMap((word, place) => analyse(word).terms.map((stem) => ({ stem, place })));
}

/** Words of a predicate. */
const MOST_TOGETHER = 3;

/** What a question's words may name as a predicate: "works for" and "works_for". */
export const predicatesAsked = (question: string): readonly string[] =>
  possibleNames(question)
    .filter((run) => run.split(" ").length <= MOST_TOGETHER)
    .flatMap((run) => (run.includes(" ") ? [run, run.replaceAll(" ", "_")] : [run]));

/**
 * How many words a word is away from a name. "The sister of Anna's manager": the relation next to the name is the first
 * one of the chain, whether it follows the name or leads to it.
 */
export const distanceFrom = ({ first, last }: Run, { place }: AskedWord): number =>
  Math.max(first - place, place - last, 0);
