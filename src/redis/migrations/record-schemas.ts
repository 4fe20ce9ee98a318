import type { MemoryDocument } from "../codec.js";
import { FIRST_RECORD_SCHEMA } from "./schemas.js";

/** A stored memory, or an old version of one, as an upgrade finds it. */
export interface StoredRecord {
  readonly id: string;
  /** Of an old version; undefined: the memory as it is. */
  readonly version: number | undefined;
  readonly document: MemoryDocument;
}

/** What a step changes. Merge patches, as JSON.MERGE takes them. */
export interface RecordChange {
  readonly memory?: Readonly<Record<string, unknown>>;
  readonly index?: Readonly<Record<string, unknown>>;
  /** The identity by which the record is found again when it is told once more. */
  readonly hash?: string | undefined;
}

export interface RecordSchema {
  /** One more than the entry before. */
  readonly number: number;
  readonly change: string;
  /** From the schema before to this one. It gets each record once, but may be tried again: it must not depend on the time. */
  readonly upgrade: (record: StoredRecord) => RecordChange;
}

/** Oldest first. An entry is never changed or removed: data of any age may be at any of them. */
export const RECORD_SCHEMAS: readonly RecordSchema[] = [
  {
    number: 2,
    change: "what the embedding provider refused is tried again",
    upgrade: ({ version, document: { memory, index } }) =>
      version === undefined && memory.embedding.status === "refused" && index.embed_at === undefined
        ? { index: { embed_at: memory.recorded_at } }
        : {},
  },
];

export function latestOf(schemas: readonly RecordSchema[]): number {
  return schemas.at(-1)?.number ?? FIRST_RECORD_SCHEMA;
}

export const RECORD_SCHEMA = latestOf(RECORD_SCHEMAS);
