import type { Scope } from "../../access/grants.js";
import type { QueryStatistics, TermStatistics } from "../index-statistics.js";
import type { StoreDeps } from "../deps.js";
import { isEverything } from "./count-holding.js";
import { plainIdf } from "./idf.js";
import { MOST_COUNTED } from "./term-counts.js";

/** Inverse document frequencies among what a caller may read. */
export async function scopedIdf(
  { statistics }: StoreDeps,
  scopes: readonly Scope[],
  terms: readonly string[],
  looked: Promise<QueryStatistics>,
): Promise<ScopedTerms> {
  if (isEverything(scopes)) {
    const { term } = await looked;
    return { idf: (each) => plainIdf(term(each)), held: (each) => term(each).postings };
  }
  const [held, { term, inScope }] = await Promise.all([statistics.countIn(scopes, terms), looked]);
  return { idf: (each) => plainIdf(scoped(held(each), inScope, term(each))), held };
}

export interface ScopedTerms {
  readonly idf: (term: string) => number;
  /** Memories that hold a term, up to a limit. */
  readonly held: (term: string) => number;
}

/**
 * Of a word that more memories hold than are counted, the share among all namespaces, to a factor of two: so it says
 * nothing exact of those that the caller may not read.
 */
export function scoped(held: number, inScope: number, everywhere: TermStatistics): TermStatistics {
  const records = Math.max(held, inScope);
  if (held < MOST_COUNTED) return { records, postings: held };
  const share = Math.min(1, everywhere.postings / Math.max(1, everywhere.records));
  const about = 2 ** Math.round(Math.log2(Math.max(MOST_COUNTED, share * records)));
  return { records, postings: Math.min(records, Math.max(MOST_COUNTED, about)) };
}
