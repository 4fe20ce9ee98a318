import { startSweeper } from "../../domain/sweeper.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import type { RetentionStore } from "../ports/retention.js";

export interface RetentionWorkerOptions extends Omit<SweepingOptions, "now"> {
  readonly store: RetentionStore;
  /** Seconds; 0: none is kept. */
  readonly receiptSeconds: number;
}

const EVERY_MS = 5_000;
/** The most of the time that it may take, as one part in this many: with many namespaces it takes long. */
const SHARE = 20;

/** Deletes receipts and audit entries once their namespaces have kept them long enough. */
export function startRetentionWorker({
  store,
  receiptSeconds,
  locks,
  onError,
}: RetentionWorkerOptions): Sweeper {
  return startSweeper({
    name: "retention",
    locks,
    everyMs: EVERY_MS,
    maxBackoffMs: 60_000,
    onError,
    async sweep({ stopping, rest }) {
      const start = performance.now();
      await store.trimReceipts(receiptSeconds, stopping);
      await store.trimTrails(stopping);
      rest(SHARE * (performance.now() - start));
      return 0;
    },
  });
}
