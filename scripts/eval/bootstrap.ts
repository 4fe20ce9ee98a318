/** A mean difference of paired figures, and what it would be for other queries: 95 of 100 times between low and high. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/**
 * The percentile bootstrap of a mean difference (Efron 1979): queries are drawn again with replacement. With a fixed seed, so that
 * equal figures give equal intervals. `differences`: one a query, not empty.
 */
export function bootstrap(differences: readonly number[], seed = 1): Interval {
  const random = generator(seed);
  const count = differences.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn++) sum += differences[Math.floor(random() * count)] ?? 0;
    return sum / count;
  }).toSorted((one, other) => one - other);
  const at = (share: number): number => means[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  return { mean, low: at(0.025), high: at(0.975) };
}

/** Numbers of [0, 1): mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
