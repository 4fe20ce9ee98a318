/**
 * Every number under which stored data is read, in one file. Raise the one whose meaning changes, and add the step that
 * brings live data there: see docs/upgrades.md.
 */

/**
 * Indexes. A change of an index's fields raises its number: the new index fills while the old one still serves. That
 * one is dropped when no older process is connected any more.
 */
export const INDEX_SCHEMAS = { records: 6, vectors: 2, sessions: 1, consolidations: 1, erasures: 1 } as const;

/**
 * The terms that `indexText` makes of a text, as records hold them in `index.text` and `index.context`. Raised when they
 * change: records written before get the new terms in the background.
 */
export const TERMS_SCHEMA = 3;

/** The schema of a record: the number of the last entry of `RECORD_SCHEMAS`, which has a step to each. */
export const RECORD_SCHEMA = 7;

/**
 * What is stored beside documents of state. 1: what each counts for. 2: lists of the documents, and of the deleted ones whose
 * history stays; a list of the receipts in keys of their own. Raised when that changes: all documents are looked at once more.
 */
export const STATE_SCHEMA = 2;

/** The schema that commit cf82f9c wrote, before records had a schema number. */
export const FIRST_RECORD_SCHEMA = 1;
export const FIRST_TERMS_SCHEMA = 1;

/** The schemas that a process reads and writes. */
export interface Schemas {
  readonly record: number;
  readonly terms: number;
  readonly records: number;
  readonly vectors: number;
  readonly sessions: number;
  readonly consolidations: number;
  readonly erasures: number;
}

const ORDER = ["record", "terms", "records", "vectors", "sessions", "consolidations", "erasures"] as const;

/** Commit cf82f9c's clients are called `mneme`, without numbers. */
export const FIRST: Schemas = {
  record: FIRST_RECORD_SCHEMA,
  terms: FIRST_TERMS_SCHEMA,
  records: 4,
  vectors: 2,
  sessions: 1,
  consolidations: 1,
  erasures: 0,
};

export const PRESENT_SCHEMAS: Schemas = { record: RECORD_SCHEMA, terms: TERMS_SCHEMA, ...INDEX_SCHEMAS };

/** The name of a service's connection: another process sees by it which schemas are still needed. */
export function clientName(schemas: Schemas = PRESENT_SCHEMAS): string {
  return `mneme/${ORDER.map((name) => schemas[name]).join(".")}`;
}
