/** The parts of mneme's HTTP API that the store uses, as its /openapi.json describes them. */
export interface Memory {
  readonly id: string;
  readonly namespace: string;
  readonly key: string | null;
  readonly version: number;
  readonly metadata: Record<string, unknown>;
  readonly recorded_at: string;
  readonly updated_at: string;
}

export interface MemoryPage {
  readonly memories: readonly Memory[];
  readonly cursor: string | null;
}

export interface NamespacePage {
  readonly namespaces: readonly { readonly namespace: string }[];
  readonly cursor: string | null;
}

export interface Recalled {
  readonly hits: readonly { readonly memory: Memory; readonly score: number }[];
}

export interface NewItem {
  readonly content?: string;
  readonly metadata: Record<string, unknown>;
  /** Null: no end, whatever the service has configured. */
  readonly ttl_seconds?: number | null;
}

/** What must be there before a change; else it is refused with 412. */
export interface Condition {
  readonly ifMatch?: number;
  readonly ifNoneMatch?: "*";
}

/** The most that a page of a list, and a recall, may hold. */
export const PAGE_LIMIT = 200;
export const RECALL_LIMIT = 100;
