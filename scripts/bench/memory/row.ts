import type { Latency } from "../../harness/latencies.js";

/** One line of the table: an operation of the service next to the raw commands that it needs. */
export interface Row {
  readonly operation: string;
  readonly records: number;
  readonly service: Latency;
  /** Undefined where there are no raw commands to compare with. */
  readonly raw: Latency | undefined;
}

/** Of medians; undefined without a raw side. */
export function ratio({ service, raw }: Row): number | undefined {
  return raw === undefined ? undefined : service.p50 / raw.p50;
}
