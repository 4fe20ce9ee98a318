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

/**
 * Possible names in a query: every run of up to 5 of its words, as it is, without the punctuation around it, and
 * without a possessive's end; normalised, the longest runs first. At most 256.
 */
export function possibleNames(query: string): string[] {
  const words = normaliseName(query).split(" ").slice(0, MAX_WORDS);
  const names = new Set<string>();
  for (let length = Math.min(MAX_NAME_WORDS, words.length); length > 0; length--) {
    for (let first = 0; first + length <= words.length; first++) {
      const run = words.slice(first, first + length);
      if (run.reduce((sum, word) => sum + word.length + 1, -1) > MAX_NAME_LENGTH) continue;
      const whole = run.join(" ");
      const bare = trimTo(whole, OF_NAME);
      const owner = trimTo(bare.replace(POSSESSIVE, ""), OF_NAME);
      for (const name of [whole, bare, owner]) if (name !== "") names.add(name);
    }
  }
  // Single words are the likeliest names, so a long query loses its long runs.
  return [...names].toReversed().slice(0, MAX_NAMES).toReversed();
}
