import type { Chain } from "./chain.js";
import type { ManifestLine } from "./lines.js";
import type { ConflictRule, Outcome } from "./ports.js";

export interface ImportOptions {
  readonly rule: ConflictRule;
  readonly dryRun: boolean;
  readonly restoreErased: boolean;
  /** The namespace that takes the place of the file's; undefined: they keep their names. */
  readonly into?: string | undefined;
}

export type ImportCounts = Readonly<Record<string, Readonly<Partial<Record<Outcome, number>>>>>;

/** The record to which the next lines may belong, and what became of it. */
export interface Parent {
  readonly kind: "memory" | "session" | "state";
  readonly namespace: string;
  readonly id: string;
  readonly outcome: Outcome;
}

/** An import under way. */
export interface ImportJob {
  readonly id: string;
  readonly keyId: string | null;
  readonly options: ImportOptions;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The part that is to be sent next, from 1. */
  readonly part: number;
  /** Lines of that part that were taken already, before its sender went; missing: none. */
  readonly taken?: number | undefined;
  readonly chain: Chain;
  readonly manifest: ManifestLine | null;
  /** Lines by kind, and what became of them. */
  readonly counts: ImportCounts;
  /** Lines by kind, for the trailer. */
  readonly lines: Readonly<Record<string, number>>;
  readonly parent: Parent | null;
  readonly status: "running" | "complete" | "failed";
  readonly failure: { readonly line: number; readonly message: string } | null;
}
