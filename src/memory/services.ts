import type { Embedder } from "../embeddings/embedder.js";
import type { AuditLog } from "../access/ports.js";
import type { EmbeddingWorker } from "./embedding-worker.js";
import type { EntityStore } from "./facts/ports.js";
import type { MemoryStore } from "./ports.js";
import type { ReceiptStore } from "./receipt.js";
import type { MemoryType } from "./record.js";

/** What the verbs work with; built once in main. */
export interface Services {
  readonly store: MemoryStore;
  readonly entities: EntityStore;
  readonly audit: AuditLog;
  readonly receipts: ReceiptStore;
  /** Undefined: keyword only. */
  readonly embedder: Embedder | undefined;
  readonly worker: EmbeddingWorker;
  /** Seconds that a memory of each type lives unless told otherwise; null: for ever. */
  readonly defaultTtl: Readonly<Record<MemoryType, number | null>>;
  /** Tells operators how long a stage took; seconds. */
  readonly observe: (stage: RecallStage, seconds: number) => void;
  readonly newId: (now: number) => string;
}

export type RecallStage = "embed" | "search" | "fuse" | "load";
