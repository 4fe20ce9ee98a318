import type { Calibrate } from "../embeddings/calibration.js";
import type { TokenCounter } from "../domain/tokens.js";
import type { ErasureStore } from "./ports/erasure.js";
import type { Embedder } from "../embeddings/embedder.js";
import type { AuditLog } from "../access/ports.js";
import type { Accuracies, AgentRegistry } from "./ports/agents.js";
import type { CorroborationWorker } from "./ports/trust.js";
import type { DefaultTtl, KnownDefaults, Recency } from "./ports/lifecycle.js";
import type { EmbeddingWorker } from "./ports/embedding.js";
import type { EntityStore } from "./ports/facts.js";
import type { MemoryStore } from "./ports/index.js";
import type { ReceiptStore } from "./ports/receipts.js";

/** What the verbs work with; built once in main. */
export interface Services {
  readonly store: MemoryStore;
  readonly entities: EntityStore;
  readonly audit: AuditLog;
  readonly agents: AgentRegistry;
  readonly accuracies: Accuracies;
  readonly receipts: ReceiptStore;
  readonly erasures: ErasureStore;
  readonly countTokens: () => Promise<TokenCounter>;
  /** Undefined: keyword only. */
  readonly embedder: Embedder | undefined;
  /** What cosines of its model mean. */
  readonly calibrate: Calibrate;
  readonly worker: EmbeddingWorker;
  /** Undefined: what is written isn't compared with what others wrote. */
  readonly corroboration: CorroborationWorker | undefined;
  /** What settings say to a recall; a write asks the store. */
  readonly knownDefaults: KnownDefaults;
  /** Where neither a caller nor a namespace's settings say how long a memory lives. */
  readonly defaultTtl: DefaultTtl;
  /** Where a namespace's settings don't say how long these are kept; receipts for 0 seconds: none is. */
  readonly retention: { readonly receiptSeconds: number; readonly auditSeconds: number };
  /** A memory that decays ends after so many of its lives at the latest, however much it is used. */
  readonly maxLives: number;
  /** Of a recall that says nothing of it, where the namespace's settings don't either. */
  readonly recency: Recency;
  /** Tells operators how long a stage took; seconds. */
  readonly observe: (stage: RecallStage, seconds: number) => void;
  /** Tells operators how many memories a policy forgot. */
  readonly forgotten: (count: number) => void;
  readonly newId: (now: number) => string;
}

/** What a verb uses: the ports of the store that it names, and of the other services these. */
export type Using<Store, Others extends Exclude<keyof Services, "store"> = never> = {
  readonly store: Store;
} & Pick<Services, Others>;

export type RecallStage = "embed" | "search" | "fuse" | "load";
