import type { SearchQuery } from "../memory/ports/search.js";

/**
 * What a query needs to know of the index to run at a bounded cost, and to be ranked well. Estimates: seconds old, except
 * those of terms that so many records hold that it matters for their score: see `damping`.
 */
export interface QueryStatistics extends TermFrequencies {
  /** Records in the index. */
  readonly records: number;
  /** At most so many of them pass the namespace and the filter. */
  readonly letThrough: number;
}

export interface IndexStatistics {
  lookup(
    query: Pick<SearchQuery, "scopes" | "filter" | "moment">,
    terms: readonly string[],
  ): Promise<QueryStatistics>;
}

/** Of all namespaces. */
export interface TermFrequencies {
  readonly term: (term: string) => TermStatistics;
}

/** What an index knows of a term: both as they are now, since they decide together. */
export interface TermStatistics {
  /** Records in the index: N. */
  readonly records: number;
  /** Postings of the term, with those of records that were changed or deleted and aren't collected yet: n. */
  readonly postings: number;
}
