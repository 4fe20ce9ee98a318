import { OUTCOME_WEIGHT, TRUST_WEIGHT } from "../ports/recall-input.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { Judged } from "../trust/judge.js";
import type { RecallHit } from "./outcome.js";
import { weighted } from "../trust/trust.js";
import { outcomesOf, reinforced, strengthOf } from "../trust/wilson.js";
import type { Found } from "./fusion.js";

interface Weights {
  readonly trust: number;
  readonly outcomes: number;
}

export function weightsOf({ trust_weight, outcome_weight, mode, fusion, filter }: RecallInput): Weights {
  const weighs = mode === "hybrid" && fusion.method === "auto";
  const procedures = filter.memory_types?.includes("procedural") ?? true;
  return {
    trust: trust_weight ?? (weighs ? TRUST_WEIGHT : 0),
    outcomes: procedures ? (outcome_weight ?? (weighs ? OUTCOME_WEIGHT : 0)) : 0,
  };
}

export function weigh(
  relevance: number,
  { memory_type, evidence, trust }: Judged,
  weights: Weights,
): Pick<RecallHit, "score" | "trustAdds" | "strength"> {
  const trusted = weighted(relevance, trust.trust, weights.trust);
  const trustAdds = trusted - relevance;
  if (memory_type !== "procedural") return { score: trusted, trustAdds, strength: undefined };
  const outcomes = outcomesOf(evidence.counts);
  const strength = strengthOf(outcomes);
  const score = reinforced(trusted, strength, weights.outcomes);
  return { score, trustAdds, strength: { ...outcomes, strength, adds: score - trusted } };
}

/** The score of what is trusted wholly and never failed; or not at all, and always failed. */
function bound(relevance: number, part: 0 | 1, { trust, outcomes }: Weights): number {
  return reinforced(weighted(relevance, part, trust), part, outcomes);
}

/**
 * How many ranked memories to read next: as many as are wanted, plus those that trust or outcomes could lift above the
 * last of them, or above the last hit if there are enough (`least`: its score).
 */
export function promising(
  ranked: readonly Found[],
  from: number,
  wanted: number,
  least: number | undefined,
  weights: Weights,
): number {
  const last = ranked[Math.min(from + wanted, ranked.length) - 1];
  const floor = least ?? (last === undefined ? -Infinity : bound(last.score, 0, weights));
  let end = least === undefined ? Math.min(from + wanted, ranked.length) : from;
  for (let next = ranked[end]; next !== undefined && bound(next.score, 1, weights) > floor;) {
    end += 1;
    next = ranked[end];
  }
  return end - from;
}
