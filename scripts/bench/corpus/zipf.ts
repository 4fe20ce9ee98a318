import type { Random } from "./random.js";

/** As in Mandelbrot's correction of Zipf's law for English text: p(rank) ~ 1 / (rank + 2.7). */
const OFFSET = 2.7;

/** Draws ranks from 0 to `count` - 1, the first ones most often. */
export function createZipf(count: number): (random: Random) => number {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += 1 / (rank + 1 + OFFSET);
    cumulative[rank] = sum;
  }
  return (random) => {
    const target = random.next() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
