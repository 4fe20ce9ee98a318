/** A previous turn of this many characters or fewer is context as a whole. */
const BUDGET = 160;
/** Fewer characters than these say too little to help a search. */
const LEAST = 40;

/**
 * The part of a memory that is context for the next one of its session: its end, or all of it if it is short.
 *
 * "Yes, last Tuesday" can't be found without the question before it. But the end of an essay would drown a short
 * question after it, so a turn of n > 160 characters gives only its last 160²/n: a smooth rule, without a threshold on
 * the kind of data. Measured in docs/recall.md.
 */
export function contextFor(content: string): string {
  const text = content.trim();
  if (text.length <= BUDGET) return text;
  const length = Math.floor((BUDGET * BUDGET) / text.length);
  if (length < LEAST) return "";
  const tail = text.slice(-length);
  // Begins at a word: also keeps half a surrogate pair out.
  return tail
    .slice(tail.search(/\s/) + 1)
    .trim()
    .toWellFormed();
}

/** The first passage as it is embedded: led by its context. */
export function withContext(passage: string, context: string): string {
  return context === "" ? passage : `${context}\n${passage}`;
}
