import type { Memory } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";

/** A stored memory, or an old version of one, as far as vectors of another model need it. */
export interface StoredText extends MemoryRef {
  readonly version: number;
  readonly old: boolean;
  readonly content: string;
  /** The predecessor's context in the session; empty if there is none. */
  readonly context: string;
  readonly ownVector: boolean;
  readonly embedding: Memory["embedding"];
  /** The model of its second vectors; undefined: it has none. */
  readonly also: string | undefined;
}

export interface StoredPage {
  /** Where the next page begins; "0": there is none. */
  readonly cursor: string;
  readonly texts: readonly StoredText[];
}

export interface AskedQuery {
  readonly query: string;
  readonly namespaces: readonly string[];
}

/** All that is stored, whatever its namespace. Rejects as `RecordStore` does. */
export interface MigrationStore {
  /** Each memory and old version that was there all the time comes in one of the pages from "0" to "0". */
  page(cursor: string): Promise<StoredPage>;
  /** Another one after a restart of Redis, when cursors mean nothing any more. */
  redisRun(): Promise<string>;
  /** The number of memories and old versions, about. */
  count(): Promise<number>;
  /** Leaves a memory and its old versions the vectors of one model; gives how many of them had others. */
  settleModel(ref: MemoryRef, model: string): Promise<number>;
  /** Forgets by what a model's vectors are found; the vectors stay. */
  dropVectorIndex(model: string): Promise<void>;
  /** Queries of the latest receipts, of many namespaces. */
  recentQueries(limit: number): Promise<readonly AskedQuery[]>;
}
