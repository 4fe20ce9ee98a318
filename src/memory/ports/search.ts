import type { MemoryType } from "../model/record.js";
import type { Scope } from "../../access/grants.js";
import type { FacetQuery } from "../conditions/filter.js";
import type { Deadline } from "../../domain/deadline.js";
import type { Retriever } from "./recall-input.js";
import type { MemoryRef } from "../model/ref.js";
import type { ModelVector } from "../model/model-vector.js";
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
  /** True: only memories in quarantine; false: only others; `any`: both. */
  readonly quarantined: boolean | "any";
  /** `any`: superseded memories too; `only`: nothing else; undefined: none of them. */
  readonly superseded?: "any" | "only" | undefined;
  readonly limit: number;
  /** The sequence number after which (in the order's direction) the page begins. */
  readonly after: number | undefined;
}

/** The filter is one that the index decides, and that few memories fulfil, such as those of one session. */
export interface NextQuery extends ListQuery {
  readonly after: number;
  /** The search isn't begun once it has passed: it rejects with `TooLate`. */
  readonly deadline: Deadline | undefined;
}

export interface ListPage {
  readonly refs: readonly MemoryRef[];
  /** The sequence number of each. */
  readonly places: readonly number[];
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
  readonly vector: ModelVector | undefined;
  /** Facts that hold one of these names as subject or object, ranked by the terms of `keyword`. */
  readonly entities?: readonly string[] | undefined;
  /** Also looks for the standing rule that is nearest to `vector`. */
  readonly rule?: boolean | undefined;
  /** The most candidates in each list. */
  readonly depth: number;
  /** What isn't found by then is omitted. */
  readonly deadline?: Deadline | undefined;
  /** Time that the caller needs after the search, in milliseconds. */
  readonly reserveMs?: number | undefined;
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
  /** The nearest standing rule, if there is one. */
  readonly rules?: readonly Candidate[] | undefined;
  /** Searches that the deadline cut off, whose lists are undefined; `ranking`: that for rules. */
  readonly late: readonly (Retriever | "ranking")[];
  /** `vector` holds all that the namespaces and the filter let through and that has a vector. */
  readonly exhausted: boolean;
  /** Upper bound of the memories that the namespaces and the filter let through; some seconds old. */
  readonly searched: number;
  /** Inverse document frequency of a term that the query asks for, among the searched namespaces; some seconds old. */
  readonly idf: (term: string) => number;
}

export interface Near {
  readonly id: string;
  /** Cosine. */
  readonly similarity: number;
}

/** Where in time and in which talk a memory was written. */
export interface Situation {
  /** Its `timestamp`, in milliseconds since the epoch. */
  readonly time: number;
  readonly session: string | undefined;
  /** The id of the turn before it in its session, if that one lent it context. */
  readonly follows: string | undefined;
  /** The part of its content that are short questions, 0 to 1. */
  readonly asks: number;
  /** Whose words its content begins with: "user", "assistant" or a name in lower case; undefined: it has no such name. */
  readonly speaker: string | undefined;
}

/** Memories and namespaces by what they hold. Rejects as `RecordStore` does. */
export interface SearchStore {
  search(query: SearchQuery): Promise<SearchResult>;
  list(query: ListQuery): Promise<ListPage>;
  /** The memories next to a place in the namespace's sequence, the nearest first, in one search. */
  nextTo(query: NextQuery): Promise<readonly MemoryRef[]>;
  /** The nearest of a type in a namespace, by their first passages; the memory itself is among them. */
  nearest(namespace: string, type: MemoryType, vector: ModelVector, limit: number): Promise<readonly Near[]>;
  /** The situation of each, as part of a recall; undefined for a missing memory. */
  situationsOf(refs: readonly MemoryRef[]): Promise<readonly (Situation | undefined)[]>;
  /** The memory that each is a published copy of, as part of a recall; undefined for what isn't a copy, or is missing. */
  originsOf(refs: readonly MemoryRef[]): Promise<readonly (MemoryRef | undefined)[]>;
  /** The number of each in the namespace's sequence, as part of a recall; undefined for a missing memory. */
  placesOf(namespace: string, refs: readonly MemoryRef[]): Promise<readonly (number | undefined)[]>;
  /** About how many memories of these namespaces hold each of these terms; some seconds old. */
  countHolding(scopes: readonly Scope[], terms: readonly string[]): Promise<(term: string) => number>;
  /** Number of memories that fulfil each query, in order. */
  countIn(queries: readonly CountQuery[]): Promise<readonly number[]>;
  /** Namespaces of a scope in which there was ever an act, in the order of their bytes, after `after`; at most `limit`. */
  namespacesIn(scope: Scope, after: string | undefined, limit: number): Promise<readonly string[]>;
}
