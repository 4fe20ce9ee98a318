import type { AuditLog } from "../../access/ports.js";
import type { Locks } from "../../domain/lock.js";
import type { Embedder } from "../../embeddings/embedder.js";
import type { EmbeddingStore } from "../ports/embedding.js";
import type { ModelStore } from "../ports/embedding-models.js";
import type { MigrationStore } from "../ports/migration.js";
import type { SearchStore } from "../ports/search.js";

/** Dependencies of what changes a store's embedding model; built once in main. */
export interface MigrationServices {
  readonly store: MigrationStore & Pick<EmbeddingStore, "attachVectors"> & Pick<SearchStore, "search">;
  readonly models: ModelStore;
  readonly audit: AuditLog;
  readonly locks: Locks;
  /** The models that this process embeds with, by id. */
  readonly configured: readonly string[];
  /** `bulk` asks no cache: what is embedded once isn't asked again. */
  readonly embedderOf: (
    model: string,
  ) => { readonly embedder: Embedder; readonly bulk: Embedder } | undefined;
  /** Makes the vector indexes that the present migration needs. */
  readonly ensureIndexes: () => Promise<void>;
  readonly newId: () => string;
}
