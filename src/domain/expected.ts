/** The weights of the latest duration in the mean and in the mean deviation, and how many deviations count: RFC 6298. */
const MEAN_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;
const DEVIATIONS = 2;

/** How long something takes at present, by how long it took lately. */
export interface Expected {
  note(ms: number): void;
  /** Milliseconds that it will hardly exceed. */
  readonly ms: number;
}

/** `unknownMs`: what is expected before the first note. */
export function createExpected(unknownMs: number): Expected {
  let known: { readonly mean: number; readonly deviation: number } | undefined;
  return {
    note(ms) {
      if (known === undefined) {
        known = { mean: ms, deviation: ms / 2 };
        return;
      }
      const { mean, deviation } = known;
      const error = ms - mean;
      known = {
        mean: mean + MEAN_WEIGHT * error,
        deviation: deviation + DEVIATION_WEIGHT * (Math.abs(error) - deviation),
      };
    },
    get ms() {
      return known === undefined ? unknownMs : known.mean + DEVIATIONS * known.deviation;
    },
  };
}
