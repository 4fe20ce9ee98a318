/** Deletes what was kept long enough, and wouldn't end by itself. */
export interface RetentionStore {
  /** `byDefault`: seconds that a receipt is kept where its namespace's settings don't say. */
  trimReceipts(byDefault: number, stopping: AbortSignal): Promise<void>;
  trimTrails(stopping: AbortSignal): Promise<void>;
}
