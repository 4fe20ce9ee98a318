import type { TermStatistics } from "../index-statistics.js";

/**
 * The IDF that BM25STD gives a term in RediSearch 2.10: `ln(1 + (N - n + ½) / (n + ½))`, where N - n is unsigned.
 *
 * Each change of a record leaves a stale posting until a garbage collection (100 of them and half a minute at least), so
 * n exceeds N where nearly all records hold a term; then N - n is nearly 2^64, and the IDF 37 instead of 0.
 */
export function indexIdf({ records, postings }: TermStatistics): number {
  const without = records - postings + (postings > records ? 2 ** 64 : 0);
  return Math.log(1 + (without + 0.5) / (postings + 0.5));
}

/** The intended IDF, even if n holds stale postings; never below 0. */
export function plainIdf({ records, postings }: TermStatistics): number {
  return indexIdf({ records, postings: Math.min(postings, records) });
}

/** For a term whose n exceeds N: as if four fifths of the records held it. The index doesn't say how many do. */
const FREQUENT_IDF = Math.log(1.25);

/** The factor for the score of words that score together, so that none counts more than its IDF should: 1 for most. */
export function damping(words: readonly TermStatistics[]): number {
  if (words.every(({ records, postings }) => postings <= records)) return 1;
  const sum = (idf: (word: TermStatistics) => number): number =>
    words.reduce((total, word) => total + idf(word), 0);
  return sum((word) => (word.postings > word.records ? FREQUENT_IDF : indexIdf(word))) / sum(indexIdf);
}
