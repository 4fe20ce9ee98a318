import type { Vectors } from "./ref.js";
import type { EmbeddingStatus } from "./record.js";

/** The state of a content's vectors when its memory is written. */
export interface FirstEmbedding {
  readonly vectors: Vectors;
  readonly status: EmbeddingStatus;
  readonly model: string | null;
  /** Vectors of another model are to follow: see {@link Embedder.also}. */
  readonly also?: boolean;
}
