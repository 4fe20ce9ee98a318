/** A document counts as readable in a text that holds this share of its words: a quote may leave out its speaker. */
const SHARE = 0.8;

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

/**
 * The share of the evidence that can be read in one of the hits, as it was written, whatever links there are. `shown`:
 * the texts of each hit; `evidence`: the texts of each document that is evidence. NaN without evidence.
 */
export function readableShare(shown: readonly string[], evidence: readonly (readonly string[])[]): number {
  const texts = shown.map(wordsOf);
  const isReadable = (part: string): boolean => {
    const words = [...wordsOf(part)];
    return texts.some((text) => words.filter((word) => text.has(word)).length >= words.length * SHARE);
  };
  return evidence.filter((parts) => parts.length > 0 && parts.every(isReadable)).length / evidence.length;
}
