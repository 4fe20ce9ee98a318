import type { Recency } from "../ports/lifecycle.js";
import { retention } from "../lifecycle/decay.js";

/** The effect of recency on a score. */
export interface RecencyPart {
  /** Before, as the lists gave it. */
  readonly score: number;
  /** The score scaled to 0..1. */
  readonly relevance: number;
  readonly ageDays: number;
  /** `2^(-age / half-life)`. */
  readonly recency: number;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * `(1 - w) × relevance + w × 2^(-age / half-life)`, best first: relevance is the score, min-max normalised over all
 * that was found, as the lists are where they are fused; what has one score only is fully relevant. An age is that of
 * `timestamp`, never below 0. Of equals, the one that fitted better stays first. With weight 0, scores and order stay
 * as they are.
 *
 * `timeOf`: milliseconds since the epoch; undefined: it is gone, so its age counts for nothing.
 */
export function weighRecency<Hit extends { readonly score: number }>(
  ranked: readonly Hit[],
  timeOf: (hit: Hit, index: number) => number | undefined,
  now: number,
  { halfLifeDays, weight }: Recency,
): readonly (Hit & { readonly recency?: RecencyPart })[] {
  if (weight === 0) return ranked;
  const scores = ranked.map(({ score }) => score);
  const low = Math.min(...scores);
  const range = Math.max(...scores) - low;
  return ranked
    .map((hit, index) => {
      const relevance = range > 0 ? (hit.score - low) / range : 1;
      const ageDays = Math.max(0, now - (timeOf(hit, index) ?? -Infinity)) / DAY_MS;
      const recency = retention(ageDays, halfLifeDays);
      const score = (1 - weight) * relevance + weight * recency;
      return { ...hit, score, recency: { score: hit.score, relevance, ageDays, recency } };
    })
    .toSorted((one, other) => other.score - one.score);
}
