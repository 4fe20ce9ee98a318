import type { Language } from "./language/function-words.js";
import { stem } from "./language/stems.js";
import { plainText } from "./looked-at.js";
import { analyse, MAX_TERM_LENGTH } from "./terms.js";

const WORD = /[a-z0-9]+/g;
/** A stemmer leaves the beginning of a plain word as it is. */
const KEPT = 2;

/**
 * Those of some terms that a text holds, as `analyse` makes terms of it in a language. It is asked of each hit of a recall, so plain
 * English isn't analysed whole: only words that begin as one of the terms does are stemmed.
 */
export function heldTerms(text: string, wanted: Iterable<string>, language?: Language): ReadonlySet<string> {
  const open = new Set(wanted);
  const held = new Set<string>();
  const take = (term: string): void => {
    if (open.delete(term)) held.add(term);
  };
  const plain = plainText(text);
  if (plain === undefined) {
    for (const term of analyse(text, language).terms) take(term);
    return held;
  }
  const beginnings = new Set(Array.from(open, (term) => term.slice(0, KEPT)));
  for (const [word] of plain.toLowerCase().matchAll(WORD)) {
    if (!beginnings.has(word.slice(0, KEPT))) continue;
    take(word.slice(0, MAX_TERM_LENGTH));
    take(stem(word, language).slice(0, MAX_TERM_LENGTH));
    if (open.size === 0) break;
  }
  return held;
}
