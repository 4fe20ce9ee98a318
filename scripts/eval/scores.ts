/** How well one ranked list answers one query; each from 0 to 1. */
export interface Scores {
  /** Share of the evidence among the first 5. */
  readonly r5: number;
  readonly r10: number;
  /** 1 / rank of the first hit that holds evidence, 0 if none of the first 10 does. */
  readonly mrr10: number;
  /** Binary relevance; the ideal list has evidence in each of its first min(|evidence|, 10) places. */
  readonly ndcg10: number;
}

const DEPTH = 10;

/**
 * @param hits for each hit, best first, the documents that its memory holds
 * @param evidence not empty
 *
 * A hit is relevant if it holds evidence that no earlier hit held: a second part of the same document adds nothing.
 * nDCG: Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques, TOIS 2002, with log2(rank + 1).
 */
export function scoreHits(hits: readonly ReadonlySet<string>[], evidence: readonly string[]): Scores {
  const wanted = new Set(evidence);
  const total = wanted.size;
  const missing = new Set(wanted);
  let found5 = 0;
  let first = Infinity;
  let gain = 0;
  for (const [index, docs] of hits.slice(0, DEPTH).entries()) {
    const fresh = [...docs].filter((id) => missing.delete(id)).length;
    if (fresh === 0) continue;
    const rank = index + 1;
    first = Math.min(first, rank);
    gain += discount(rank);
    if (rank <= 5) found5 += fresh;
  }
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(total, DEPTH); rank++) ideal += discount(rank);
  return { r5: found5 / total, r10: (total - missing.size) / total, mrr10: 1 / first, ndcg10: gain / ideal };
}

function discount(rank: number): number {
  return 1 / Math.log2(rank + 1);
}

/** Over queries, each counting the same. NaN without any. */
export function meanScores(all: readonly Scores[]): Scores {
  const mean = (pick: (scores: Scores) => number): number =>
    all.reduce((sum, scores) => sum + pick(scores), 0) / all.length;
  return {
    r5: mean(({ r5 }) => r5),
    r10: mean(({ r10 }) => r10),
    mrr10: mean(({ mrr10 }) => mrr10),
    ndcg10: mean(({ ndcg10 }) => ndcg10),
  };
}
