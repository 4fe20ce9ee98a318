import type { MemoryType } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";
import type { KeptFor } from "./lifecycle.js";

/** Consecutive numbers, in which memories were stored: `above` is excluded, `to` included. */
export interface Numbers {
  readonly above: number;
  readonly to: number;
}

/** What says whether a part stays; its value isn't read. */
export interface StoredPart {
  readonly id: string;
  readonly key: string;
  readonly version: number;
  /** When the version was written, or the part was imported. */
  readonly at: number;
}

/** Finds and deletes what was kept long enough, and wouldn't end by itself. `before`: milliseconds since the epoch. */
export interface RetentionStore {
  /** `byDefault`: seconds that a receipt is kept where its namespace's settings don't say. */
  trimReceipts(byDefault: number, stopping: AbortSignal): Promise<void>;
  /** All namespaces in which something was done, a page at a time, with what their settings say. */
  namespaces(): AsyncIterable<readonly { readonly namespace: string; readonly kept: KeptFor }[]>;
  trimTrail(namespace: string, keepMs: number): Promise<void>;
  /** Counts out what has ended by itself; otherwise the next write there does. */
  prune(namespaces: readonly string[]): Promise<void>;
  /** Memories of a type whose current version is from before then, without parts of items: some of them. */
  memoriesBefore(
    namespace: string,
    type: MemoryType,
    before: number,
    limit: number,
  ): Promise<readonly MemoryRef[]>;
  /** Parts of items, of one type, among the memories with these numbers. */
  partsAmong(namespace: string, type: MemoryType, numbers: Numbers): Promise<readonly StoredPart[]>;
  /** The number that the namespace's last memory got; 0: it has none. */
  lastNumber(namespace: string): Promise<number>;
  /** Whether an item has its value in this set of parts. */
  hasItemOf(namespace: string, set: string): Promise<boolean>;
  /** Deletes old versions that were superseded before then, of some memories; returns of how many. */
  purgeVersionsBefore(namespace: string, before: number, limit: number): Promise<number>;
  /** Ids of sessions without a message since then: some of them. */
  sessionsBefore(namespace: string, before: number, limit: number): Promise<readonly string[]>;
  /** Deletes changes of state before then, and what they superseded; returns how many changes. */
  trimState(namespace: string, before: number, keepMs: number): Promise<number>;
}
