import type { RecallInput, Retriever } from "./recall-input.js";

/** What a recall gave, by which it can be asked later what the agent knew when it decided. No content of a memory. */
export interface Receipt {
  readonly id: string;
  /** When it was recalled, in milliseconds since the epoch. */
  readonly at: number;
  readonly agent: string;
  readonly key_id: string | null;
  readonly request_id: string;
  /** The LangGraph thread and checkpoint that asked, by the caller's word. */
  readonly thread_id: string | null;
  readonly checkpoint_id: string | null;
  readonly request: RecallInput;
  readonly degraded: readonly Retriever[];
  /** Best first. */
  readonly hits: readonly ReceiptHit[];
}

export interface ReceiptHit {
  readonly namespace: string;
  readonly id: string;
  readonly version: number;
  readonly score: number;
  /** As it was then: what is said of a memory later changes it. */
  readonly trust: number;
  /** Undefined: it was kept before there was one. */
  readonly relevance?: number | undefined;
}

export interface ReceiptStore {
  /** Undefined: none are kept. Seconds. */
  readonly keepSeconds: number | undefined;
  keep(receipt: Receipt): Promise<void>;
  get(id: string): Promise<Receipt | undefined>;
}
