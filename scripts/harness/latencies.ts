import { createHistogram } from "node:perf_hooks";

/** Milliseconds. */
export interface Latency {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface Latencies {
  /** Runs the work and records how long it took. */
  time<T>(work: () => Promise<T>): Promise<T>;
  /** Milliseconds. */
  record(duration: number): void;
  summary(): Latency;
}

const NANOSECONDS_IN_MS = 1e6;

/** A recorder over Node's own HDR histogram: three significant digits, constant memory. */
export function createLatencies(): Latencies {
  const histogram = createHistogram({ figures: 3 });
  const record = (duration: number): void =>
    histogram.record(Math.max(1, Math.round(duration * NANOSECONDS_IN_MS)));
  return {
    record,
    async time(work) {
      const start = performance.now();
      const result = await work();
      record(performance.now() - start);
      return result;
    },
    summary: () => ({
      samples: histogram.count,
      p50: histogram.percentile(50) / NANOSECONDS_IN_MS,
      p99: histogram.percentile(99) / NANOSECONDS_IN_MS,
      p999: histogram.percentile(99.9) / NANOSECONDS_IN_MS,
    }),
  };
}
