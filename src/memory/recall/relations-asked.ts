import { normaliseName } from "../../domain/normalise-name.js";
import { trimTo } from "../text/truncate.js";
import { analyse } from "../text/terms.js";

/** A word of a question: what it is compared by, and how many words it is away from the name that the chain begins at. */
export interface AskedWord {
  readonly stem: string;
  readonly distance: number;
}

/** Words of a question that are looked at. */
const MOST_WORDS = 48;
const OF_WORD = /[\p{L}\p{N}\p{M}]/u;
const POSSESSIVE = /['’]s?$/u;

/**
 * The words of a question, in their order. "The sister of Anna's manager": the relation next to the name is the first one
 * of the chain, whether it follows the name or leads to it.
 */
export function wordsAsked(question: string, names: readonly string[]): readonly AskedWord[] {
  const words = normaliseName(question)
    .split(" ")
    .slice(0, MOST_WORDS)
    .map((word) => trimTo(word, OF_WORD).replace(POSSESSIVE, ""));
  const beginnings = new Set(names.map((name) => name.split(" ")[0]));
  const start = Math.max(
    0,
    words.findIndex((word) => beginnings.has(word)),
  );
  return words.flatMap((word, place) =>
    analyse(word).terms.map((stem) => ({ stem, distance: Math.abs(place - start) })),
  );
}
