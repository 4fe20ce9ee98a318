import { normaliseName } from "../../domain/normalise-name.js";
import { trimTo } from "../text/truncate.js";

/** Limits: words of a query, words of a name, and names that are looked up. */
const MAX_WORDS = 48;
const MAX_NAME_WORDS = 5;
const MAX_NAMES = 256;

/** Longer than any stored name after normalisation of its 256 bytes. */
const MAX_NAME_LENGTH = 1024;

/** A character that a name in a sentence begins or ends with, unlike the quotes, brackets and stops around it. */
const OF_NAME = /[\p{L}\p{N}\p{M}]/u;
const POSSESSIVE = /['’]s?$/u;

/** Words of a query that stand next to each other: the places of the first and the last of them, from 0. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/**
 * Possible names in a query: every run of up to 5 of its words, as it is, without the punctuation around it, and
 * without a possessive's end; normalised, the longest runs first. At most 256.
 */
export const possibleNames = (query: string): string[] => [...possibleRuns(query).keys()];

/** The same, each with its words: the first run of the shortest. */
export function possibleRuns(query: string): ReadonlyMap<string, Run> {
  const words = normaliseName(query).split(" ").slice(0, MAX_WORDS);
  const names = new Map<string, Run>();
  for (let length = Math.min(MAX_NAME_WORDS, words.length); length > 0; length--) {
    for (let first = 0; first + length <= words.length; first++) {
      const run = words.slice(first, first + length);
      if (run.reduce((sum, word) => sum + word.length + 1, -1) > MAX_NAME_LENGTH) continue;
      const whole = run.join(" ");
      const bare = trimTo(whole, OF_NAME);
      const owner = trimTo(bare.replace(POSSESSIVE, ""), OF_NAME);
      const last = first + length - 1;
      for (const name of [whole, bare, owner]) {
        const known = names.get(name);
        if (name !== "" && (known === undefined || known.last - known.first > last - first))
          names.set(name, { first, last });
      }
    }
  }
  // Single words are the likeliest names, so a long query loses its long runs.
  return new Map([...names].toReversed().slice(0, MAX_NAMES).toReversed());
}
