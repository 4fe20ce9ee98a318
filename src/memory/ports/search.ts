import type { Scope } from "../../access/grants.js";
import type { FacetQuery } from "../conditions/filter.js";
import type { MemoryRef } from "../model/ref.js";
import type { Moment } from "../model/moment.js";
import type { KeywordQuery } from "../text/terms.js";

export interface CountQuery {
  readonly scopes: readonly Scope[];
  readonly filter: FacetQuery;
}

export interface ListQuery {
  readonly namespace: string;
  readonly filter: FacetQuery;
  readonly order: "asc" | "desc";
  /** True: what is in quarantine, in place of what isn't; `any`: both. */
  readonly quarantined: boolean | "any";
  /** Also what other memories stand for, or only that; none of it unless told otherwise. */
  readonly superseded?: "any" | "only" | undefined;
  readonly limit: number;
  /** The sequence number after which (in the order's direction) the page begins. */
  readonly after: number | undefined;
}

export interface ListPage {
  readonly refs: readonly MemoryRef[];
  /** Where the next page begins; undefined at the end. */
  readonly next: number | undefined;
  /** The sequence number up to which it looked, of an ascending list. */
  readonly reached: number;
}

export interface SearchQuery {
  readonly moment: Moment;
  /** All of these together, none of them empty. */
  readonly scopes: readonly Scope[];
  readonly filter: FacetQuery;
  readonly keyword: KeywordQuery | undefined;
  readonly vector: Float32Array | undefined;
  /** Facts that hold one of these names as subject or object, ranked by the terms of `keyword`. */
  readonly entities?: readonly string[] | undefined;
  /** How many candidates each list may have. */
  readonly depth: number;
}

export interface Candidate extends MemoryRef {
  /** BM25 with the length prior of a keyword hit, cosine similarity of a vector hit (the best passage's). */
  readonly score: number;
  /** The memory's length prior, where the score doesn't hold it yet. */
  readonly prior: number;
}

/** Ranked lists, best first; undefined where that search wasn't asked for. */
export interface SearchResult {
  readonly keyword: readonly Candidate[] | undefined;
  readonly vector: readonly Candidate[] | undefined;
  readonly entities: readonly Candidate[] | undefined;
  /** Memories that the namespaces and the filter let through: at most so many, some seconds ago. */
  readonly searched: number;
  /** Inverse document frequency of a term of the query, over all namespaces; some seconds old. */
  readonly idf: (term: string) => number;
}
