import { createHistogram } from "node:perf_hooks";

/** Milliseconds. */
export interface Latency {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Latencies {
  /** Runs the work and records how long it took. */
  time<T>(work: () => Promise<T>): Promise<T>;
  summary(): Latency;
}

const NANOSECONDS_IN_MS = 1e6;

/** A recorder over Node's own HDR histogram: three significant digits, constant memory. */
export function createLatencies(): Latencies {
  const histogram = createHistogram({ figures: 3 });
  return {
    async time(work) {
      const start = performance.now();
      const result = await work();
      histogram.record(Math.max(1, Math.round((performance.now() - start) * NANOSECONDS_IN_MS)));
      return result;
    },
    summary: () => ({
      samples: histogram.count,
      p50: histogram.percentile(50) / NANOSECONDS_IN_MS,
      p99: histogram.percentile(99) / NANOSECONDS_IN_MS,
    }),
  };
}
