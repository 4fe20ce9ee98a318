import type { Candidate } from "./ports.js";

export interface FusionWeights {
  readonly keyword: number;
  readonly vector: number;
}

/** One list's part in a fused score. */
export interface Contribution {
  /** From 1. */
  readonly rank: number;
  /** As the retriever gave it: BM25, or cosine similarity. */
  readonly score: number;
  /** What it adds to the fused score. */
  readonly adds: number;
}

export interface Fused {
  readonly namespace: string;
  readonly id: string;
  readonly score: number;
  readonly keyword: Contribution | undefined;
  readonly vector: Contribution | undefined;
}

export interface Lists {
  readonly keyword: readonly Candidate[] | undefined;
  readonly vector: readonly Candidate[] | undefined;
}

/**
 * Reciprocal rank fusion: `RRF(d) = Σ w / (k + rank(d))`, ranks from 1
 * (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet, SIGIR 2009; k = 60 there).
 */
export function reciprocalRankFusion(lists: Lists, k: number, weights: FusionWeights): Fused[] {
  return combine(lists, {
    keyword: (_, rank) => weights.keyword / (k + rank),
    vector: (_, rank) => weights.vector / (k + rank),
  });
}

/** Min-max of each list's scores, half and half. */
export function fuseScores(lists: Lists): Fused[] {
  const scaled = (list: readonly Candidate[] | undefined): Score => {
    const best = list?.[0]?.score ?? 0;
    const worst = list?.at(-1)?.score ?? 0;
    return ({ score }) => (best > worst ? (score - worst) / (best - worst) : 1) / 2;
  };
  return combine(lists, { keyword: scaled(lists.keyword), vector: scaled(lists.vector) });
}

/** A single list as it is: the score is the retriever's own. */
export function keepScores(lists: Lists): Fused[] {
  const own = (candidate: Candidate): number => candidate.score;
  return combine(lists, { keyword: own, vector: own });
}

type Score = (candidate: Candidate, rank: number) => number;

/** Joins both lists by memory; highest score first, and among equals the one that a retriever ranked higher. */
export function combine(lists: Lists, scores: { readonly keyword: Score; readonly vector: Score }): Fused[] {
  const fused = new Map<string, Fused>();
  for (const source of ["keyword", "vector"] as const) {
    for (const [index, candidate] of (lists[source] ?? []).entries()) {
      const { namespace, id, score } = candidate;
      const adds = scores[source](candidate, index + 1);
      const key = `${namespace}:${id}`;
      const before = fused.get(key) ?? { namespace, id, score: 0, keyword: undefined, vector: undefined };
      fused.set(key, { ...before, score: before.score + adds, [source]: { rank: index + 1, score, adds } });
    }
  }
  return [...fused.values()].toSorted((a, b) => b.score - a.score || bestRank(a) - bestRank(b));
}

function bestRank({ keyword, vector }: Fused): number {
  return Math.min(keyword?.rank ?? Infinity, vector?.rank ?? Infinity);
}
