/**
 * - `filling`: all that is stored gets vectors of the other model as well; writes get both.
 * - `comparing`: all is there; recent queries are asked of both.
 * - `ready`: waits for the switch. Recall is by the old vectors still.
 * - `switched`: recall is by the new vectors. The old ones are kept up, for a way back.
 * - `finishing`, `cancelling`: the vectors of the model that isn't in use are being deleted.
 */
export const MIGRATION_STATUSES = [
  "filling",
  "comparing",
  "ready",
  "switched",
  "finishing",
  "finished",
  "cancelling",
  "cancelled",
] as const;
export type MigrationStatus = (typeof MIGRATION_STATUSES)[number];

/** How much the ten nearest memories by both models have in common. */
export interface OverlapReport {
  /** Queries that were asked of both models; 0: one of them wasn't available. */
  readonly queries: number;
  /** How many of them are queries of receipts; the others are the beginnings of stored memories. */
  readonly recalled: number;
  /** The mean share of equal memories, and the smallest; null without queries. */
  readonly mean: number | null;
  readonly least: number | null;
}

/** A change from one embedding model to another, as Redis keeps it for all processes. Times are Redis's. */
export interface EmbeddingMigration {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly status: MigrationStatus;
  /** When it got this status. */
  readonly since: number;
  readonly startedAt: number;
  /** The most memories a second; null: as fast as leaves half of the time to other work. */
  readonly rate: number | null;
  /** Whether the switch comes by itself, or an operator asks for it. */
  readonly switches: "when_ready" | "on_request";
  readonly progress: MigrationProgress;
  readonly report: OverlapReport | null;
}

/** Where a walk over all that is stored stands. */
export interface MigrationProgress {
  /** Memories and old versions that this walk has looked at, and how many there are, about. */
  readonly seen: number;
  readonly total: number;
  /** How many were changed, in all walks. */
  readonly done: number;
  /** Documents that this walk looks at in a second; null before it is known. */
  readonly perSecond: number | null;
  /** Why it stands still; null: it doesn't. */
  readonly waiting: string | null;
  /** The cursor of SCAN, valid for the same run of the same Redis. */
  readonly cursor: string;
  readonly redisRun: string;
  /** What this walk has changed: the last walk changes nothing. */
  readonly changed: number;
}

export const NO_PROGRESS: MigrationProgress = {
  seen: 0,
  total: 0,
  done: 0,
  perSecond: null,
  waiting: null,
  cursor: "0",
  redisRun: "",
  changed: 0,
};

/** The model whose vectors are written as well as those of the model in use; undefined: none. */
export function otherModel(migration: EmbeddingMigration | undefined): string | undefined {
  if (migration === undefined) return undefined;
  if (["filling", "comparing", "ready"].includes(migration.status)) return migration.to;
  return migration.status === "switched" ? migration.from : undefined;
}
