import type { MemoryType } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";
import type { KeptFor } from "./lifecycle.js";

/** Finds and deletes what was kept long enough, and wouldn't end by itself. `before`: milliseconds since the epoch. */
export interface RetentionStore {
  /** `byDefault`: seconds that a receipt is kept where its namespace's settings don't say. */
  trimReceipts(byDefault: number, stopping: AbortSignal): Promise<void>;
  /** All namespaces in which something was done, a page at a time, with what their settings say. */
  namespaces(): AsyncIterable<readonly { readonly namespace: string; readonly kept: KeptFor }[]>;
  trimTrail(namespace: string, keepMs: number): Promise<void>;
  /** Counts out what has ended by itself; otherwise the next write there does. */
  prune(namespaces: readonly string[]): Promise<void>;
  /** Memories of a type whose current version is from before then: some of them. */
  memoriesBefore(
    namespace: string,
    type: MemoryType,
    before: number,
    limit: number,
  ): Promise<readonly MemoryRef[]>;
  /** Memories that name this set of parts in their metadata: some of them. */
  memoriesNaming(namespace: string, set: string): Promise<readonly MemoryRef[]>;
  /** Deletes old versions that were superseded before then, of some memories; returns of how many. */
  purgeVersionsBefore(namespace: string, before: number, limit: number): Promise<number>;
  /** Ids of sessions without a message since then: some of them. */
  sessionsBefore(namespace: string, before: number, limit: number): Promise<readonly string[]>;
  /** Deletes changes of state before then, and what they superseded; returns how many changes. */
  trimState(namespace: string, before: number, keepMs: number): Promise<number>;
}
