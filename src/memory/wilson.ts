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
  // Without a success it is 0; rounding would leave it a hair beside.
  return Math.max(0, (p + z2 / (2 * n) - margin) / (1 + z2 / n)) * (successes === 0 ? 0 : 1);
}

/** How often a procedure was followed with success, and without. */
export interface Outcomes {
  readonly successes: number;
  readonly failures: number;
}

/** Of a procedure of which nothing is known: as if it had worked once and failed once. */
const UNKNOWN = wilsonLowerBound(1, 1);

/**
 * How far a procedure has proved itself: the lower bound of its success rate, from one success and one failure on, so
 * that one that was never tried stands above one that only failed, and below one that only worked.
 */
export function strengthOf({ successes, failures }: Outcomes): number {
  return wilsonLowerBound(1 + successes, 1 + failures);
}

/**
 * What its outcomes make of a procedure's score: `score + |score| × weight × (strength - that of an untried one)`. Of
 * procedures that fit a query equally well, the one with the higher lower bound comes first; an untried one keeps its
 * score.
 */
export function reinforced(score: number, outcomes: Outcomes, weight: number): number {
  return score + Math.abs(score) * weight * (strengthOf(outcomes) - UNKNOWN);
}
