import type { Sample } from "../base/metrics.js";

/** A quantile of a histogram, as Prometheus computes it: linear within the bucket. Infinite: beyond the last bucket. */
export function quantile(buckets: readonly Sample[], share: number): number {
  const sorted = buckets
    .map(({ labels, value }) => ({
      end: Number((labels["le"] ?? "").replace("+Inf", "Infinity")),
      count: value,
    }))
    .toSorted((a, b) => a.end - b.end);
  const wanted = (sorted.at(-1)?.count ?? 0) * share;
  let [start, before] = [0, 0];
  for (const { end, count } of sorted) {
    if (count >= wanted) {
      return end === Number.POSITIVE_INFINITY
        ? end
        : start + ((end - start) * (wanted - before)) / Math.max(1, count - before);
    }
    [start, before] = [end, count];
  }
  return Number.NaN;
}
