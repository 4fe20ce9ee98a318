import type { Evidence } from "../model/record.js";

/** 95 % of the time, the true rate lies within the interval of which this is the lower end. */
const Z = 1.959963984540054;

/**
 * The lower bound of the Wilson score interval of a success rate, 0..1:
 *
 *     (p + z²/2n - z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes / n, z = 1.96
 *
 * (Wilson: Probable inference, the law of succession, and statistical inference, JASA 1927). It is low while little is
 * known, so a procedure that worked once of once doesn't stand above one that worked ninety times of a hundred. 0
 * without a trial.
 */
export function wilsonLowerBound(successes: number, failures: number): number {
  const n = successes + failures;
  if (n === 0) return 0;
  const p = successes / n;
  const z2 = Z * Z;
  const margin = Z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  // Without a success it is exactly 0; rounding would leave a tiny difference.
  return Math.max(0, (p + z2 / (2 * n) - margin) / (1 + z2 / n)) * (successes === 0 ? 0 : 1);
}

/** How often following a procedure succeeded, and how often it failed. */
export interface Outcomes {
  readonly successes: number;
  readonly failures: number;
}

/** Successes: it was confirmed, or of use. Failures: it was contradicted, or useless. */
export function outcomesOf({ confirmed, contradicted, used, useless }: Evidence["counts"]): Outcomes {
  return { successes: confirmed + used, failures: contradicted + useless };
}

/** The strength of an untried procedure: one success and one failure as prior. */
const UNTRIED = wilsonLowerBound(1, 1);

/**
 * How far a procedure has proved itself, 0..1: the lower bound of its success rate, with one success and one failure as
 * prior. So an untried procedure ranks above one that only failed, and below one that only worked.
 */
export function strengthOf({ successes, failures }: Outcomes): number {
  return wilsonLowerBound(1 + successes, 1 + failures);
}

/**
 * A procedure's score weighted by its strength: `score + |score| × weight × gain`, where gain is 0 for an untried
 * procedure, towards 1 for one that always worked, and towards -1 for one that always failed. Of procedures that fit a
 * query equally well, the one with the higher lower bound comes first; no score moves by more than `weight` of itself.
 */
export function reinforced(score: number, strength: number, weight: number): number {
  const gain = (strength - UNTRIED) / (strength < UNTRIED ? UNTRIED : 1 - UNTRIED);
  return score + Math.abs(score) * weight * gain;
}
