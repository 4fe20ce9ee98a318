const PIVOT_CHARACTERS = 300;
const EXPONENT = 0.4;

/**
 * How much a memory's length speaks for it: `min(1, (300 / characters)^0.4)`.
 *
 * A long text holds more words by chance, and the best of its many passages is the best of many tries. BM25STD
 * corrects for length with a fixed b = 0.5, too little where short and long memories are mixed; this pivoted
 * prior (Singhal, Buckley, Mitra: Pivoted document length normalization, SIGIR 1996) does the rest, for both lists.
 */
export function lengthPrior(characters: number): number {
  return Math.min(1, (PIVOT_CHARACTERS / Math.max(1, characters)) ** EXPONENT);
}
