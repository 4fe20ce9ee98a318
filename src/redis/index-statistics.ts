import type { Scope } from "../access/grants.js";
import type { SearchQuery } from "../memory/ports/search.js";

/**
 * Figures of the index that a query needs to run at a bounded cost, and to be ranked well. Estimates: seconds old,
 * except those of terms so frequent that it matters for their score: see `damping`.
 */
export interface QueryStatistics extends TermFrequencies {
  /** Records in the index. */
  readonly records: number;
  /** What brings the scores of each node to those of all, for a query of these words; empty: there is one node. */
  readonly scales: (words: readonly string[]) => readonly number[];
  /** Upper bound of those that pass the namespace and the filter. */
  readonly letThrough: number;
  /** Upper bound of those that pass the namespace. */
  readonly inScope: number;
}

export interface IndexStatistics {
  lookup(
    query: Pick<SearchQuery, "scopes" | "filter" | "moment">,
    terms: readonly string[],
  ): Promise<QueryStatistics>;
  /** Memories of some namespaces, not of all, that hold each of these terms, up to a limit. */
  readonly countIn: TermCounts;
}

/** The number of memories of some namespaces that hold a term, up to a limit. */
export type TermCounts = (
  scopes: readonly Scope[],
  terms: readonly string[],
) => Promise<(term: string) => number>;

/** Frequencies over all namespaces. */
export interface TermFrequencies {
  readonly term: (term: string) => TermStatistics;
}

/** An index's figures for a term, both read at one time, since they are used together. */
export interface TermStatistics {
  /** Records in the index: N. */
  readonly records: number;
  /** Postings of the term, with those of records that were changed or deleted and aren't collected yet: n. */
  readonly postings: number;
}
