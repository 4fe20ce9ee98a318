import { createRandom } from "./random.js";
import type { Random } from "./random.js";

/** Of unit length. Six decimals, as far as a 32-bit float of this size reaches. */
export type Vector = readonly number[];

/** A point on the unit sphere. */
export function randomDirection(random: Random, dimensions: number): number[] {
  return unit(Array.from({ length: dimensions }, () => random.normal()));
}

/** A point near another; `spread` is the length of the noise, relative to the centre's 1. */
export function near(random: Random, centre: Vector, spread: number): Vector {
  const scale = spread / Math.sqrt(centre.length);
  return unit(centre.map((value) => value + random.normal() * scale)).map(
    (value) => Math.round(value * 1e6) / 1e6,
  );
}

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** One centre per topic, the same for the same seed. */
export function createCentres(seed: number, topics: number, dimensions: number): Vector[] {
  const random = createRandom(seed);
  return Array.from({ length: topics }, () => randomDirection(random, dimensions));
}
