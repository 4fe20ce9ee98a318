import type { Calibrate } from "../embeddings/calibration.js";
import type { TokenCounter } from "../domain/tokens.js";
import type { DeletionStore } from "./ports/erasure.js";
import type { Embedder } from "../embeddings/embedder.js";
import type { AuditLog } from "../access/ports.js";
import type { Accuracies, AgentRegistry } from "./ports/agents.js";
import type { CorroborationWorker } from "./ports/trust.js";
import type { DefaultTtl, KnownDefaults, Recency } from "./ports/lifecycle.js";
import type { EmbeddingWorker } from "./ports/embedding.js";
import type { EntityStore } from "./ports/facts.js";
import type { Archive } from "./ports/archive.js";
import type { MemoryStore } from "./ports/index.js";
import type { Reranker } from "../reranking/reranker.js";
import type { ReceiptStore } from "./ports/receipts.js";
import type { Pace } from "./ports/pace.js";
import type { PiiVault } from "../pii/vault.js";

/** Dependencies of the acts; built once in main. */
export interface Services {
  readonly store: MemoryStore;
  readonly entities: EntityStore;
  readonly audit: AuditLog;
  readonly agents: AgentRegistry;
  readonly accuracies: Accuracies;
  readonly receipts: ReceiptStore;
  readonly erasures: DeletionStore;
  /** Contents of archived memories. */
  readonly archive: Archive;
  readonly countTokens: () => Promise<TokenCounter>;
  /** Embeds with the model in use, which may be another one at any time; undefined: keyword only. */
  readonly embedder: Embedder | undefined;
  /** The reranker, for recalls that ask for it; undefined: there is none. */
  readonly reranker: Reranker | undefined;
  /** The scale of a model's cosines. */
  readonly calibrate: Calibrate;
  readonly worker: EmbeddingWorker;
  /** Undefined: what is written isn't compared with what others wrote. */
  readonly corroboration: CorroborationWorker | undefined;
  /** Cached settings for recalls; a write asks the store. */
  readonly knownDefaults: KnownDefaults;
  /** Tokens of personal data, and their originals. */
  readonly vault: PiiVault;
  /** Default time to live, if neither the caller nor the namespace's settings give one. */
  readonly defaultTtl: DefaultTtl;
  /** Default retention, if a namespace's settings give none; 0 seconds for receipts: none is kept. */
  readonly retention: {
    readonly receiptSeconds: number;
    readonly auditSeconds: number;
    readonly stateHistorySeconds: number;
    /** Undefined: old versions are kept as long as their memory. */
    readonly versionSeconds: number | undefined;
  };
  /** The longest life of a decaying memory, as a multiple of its life without uses. */
  readonly maxLives: number;
  /** Default recency of a recall, if the namespace's settings give none. */
  readonly recency: Recency;
  /** How long stages of recalls take at present. */
  readonly pace: Pace;
  /** Reports the duration of a stage to operators; seconds. */
  readonly observe: (stage: RecallStage, seconds: number) => void;
  /** Reports to operators how many memories a policy forgot. */
  readonly forgotten: (count: number) => void;
  readonly newId: (now: number) => string;
}

/** Dependencies of a verb: the ports of the store that it names, and these other services. */
export type Using<Store, Others extends Exclude<keyof Services, "store"> = never> = {
  readonly store: Store;
} & Pick<Services, Others>;

export type RecallStage = "embed" | "search" | "fuse" | "load";
