import { bootstrap } from "./bootstrap.js";
import type { Interval } from "./bootstrap.js";
import type { Scores } from "./scores.js";

/** The default compared with a single list, query by query. */
export interface Against {
  readonly list: string;
  readonly r10: Interval;
  readonly ndcg10: Interval;
}

/**
 * The default against the better of the single lists, by nDCG. All in the order of the same queries; undefined without
 * any.
 */
export function againstBetterList(
  byDefault: readonly Scores[],
  lists: Readonly<Record<string, readonly Scores[]>>,
): Against | undefined {
  const mean = (scores: readonly Scores[]): number =>
    scores.reduce((sum, { ndcg10 }) => sum + ndcg10, 0) / scores.length;
  const [best] = Object.entries(lists).toSorted(([, one], [, other]) => mean(other) - mean(one));
  if (best === undefined || byDefault.length === 0) return undefined;
  const [list, single] = best;
  const differences = (pick: (scores: Scores) => number): number[] =>
    byDefault.flatMap((scores, index) => {
      const other = single[index];
      return other === undefined ? [] : [pick(scores) - pick(other)];
    });
  return {
    list,
    r10: bootstrap(differences(({ r10 }) => r10)),
    ndcg10: bootstrap(differences(({ ndcg10 }) => ndcg10)),
  };
}
