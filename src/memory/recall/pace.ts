import type { Pace, PacedStage } from "../ports/pace.js";

/** The weights of the latest duration in the mean and in the mean deviation, and how many deviations count: RFC 6298. */
const MEAN_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;
const DEVIATIONS = 2;

/** Before a stage has run for the first time, in milliseconds. */
const UNKNOWN = { mean: 10, deviation: 5 };

export function createPace(): Pace {
  const known = new Map<PacedStage, { readonly mean: number; readonly deviation: number }>();
  return {
    note(stage, ms) {
      const before = known.get(stage);
      if (before === undefined) {
        known.set(stage, { mean: ms, deviation: ms / 2 });
        return;
      }
      const error = ms - before.mean;
      known.set(stage, {
        mean: before.mean + MEAN_WEIGHT * error,
        deviation: before.deviation + DEVIATION_WEIGHT * (Math.abs(error) - before.deviation),
      });
    },
    expectedMs(...stages) {
      return stages.reduce((sum, stage) => {
        const { mean, deviation } = known.get(stage) ?? UNKNOWN;
        return sum + mean + DEVIATIONS * deviation;
      }, 0);
    },
  };
}
