import type { Scope } from "../access/grants.js";
import type { Chain } from "./chain.js";

/** Where an export goes on. */
export interface ExportPosition {
  readonly phase: "namespaces" | "state" | "receipts" | "keys" | "votes" | "end";
  /** Among the job's scopes. */
  readonly scope: number;
  /** The namespace that is being read, or was read last. */
  readonly namespace: string | null;
  readonly section: "settings" | "sessions" | "memories" | "changes" | "aliases" | "erased" | "done";
  /** Inside the section. */
  readonly at: string | null;
  /** The moment that its memories and sessions show, once it is known; missing in jobs of earlier releases. */
  readonly moment?: number | null;
  /** Documents that were found and are still to be read. */
  readonly pending: readonly (readonly [namespace: string, key: string])[];
  /** Inside the history of the first of them. */
  readonly history: string | null;
}

/** All that changes as an export goes on. */
export interface ExportState {
  readonly position: ExportPosition;
  readonly chain: Chain;
  readonly counts: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** An export under way. Times are milliseconds since the epoch. */
export interface ExportJob {
  readonly id: string;
  readonly keyId: string | null;
  readonly patterns: readonly string[];
  /** What of them the key may read: none holds another. */
  readonly scopes: readonly Scope[];
  readonly since: number;
  readonly vectors: boolean;
  /** API keys, votes on agents' memories, and receipts; missing in jobs of earlier releases. */
  readonly keys?: boolean;
  readonly reputations?: boolean;
  readonly receipts?: boolean;
  readonly model: string | null;
  readonly startedAt: number;
  readonly manifest: string;
  /** The part that is to be read next, from 1. */
  readonly part: number;
  readonly state: ExportState;
  /** Before the part that was read last: it may be asked for again. */
  readonly before: ExportState | null;
}

export const isComplete = ({ state }: ExportJob): boolean => state.position.phase === "end";
