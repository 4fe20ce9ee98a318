import type { Embedder } from "../embeddings/embedder.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "../embeddings/embedder.js";
import type { Vectors } from "./ports.js";
import type { EmbeddingStatus } from "./record.js";

/** What is known of a content's vectors when its memory is written. */
export interface FirstEmbedding {
  readonly vectors: Vectors;
  readonly status: EmbeddingStatus;
  readonly model: string | null;
  /** There are further passages to embed. */
  readonly more: boolean;
}

const PENDING: FirstEmbedding = { vectors: [], status: "pending", model: null, more: false };
const REFUSED: FirstEmbedding = { vectors: [], status: "refused", model: null, more: false };

/**
 * Embeds the first passage of each content, all in one call. A provider that is away leaves them pending:
 * a memory is never lost because it couldn't be embedded.
 */
export async function embedFirstPassages(
  embedder: Embedder | undefined,
  contents: readonly string[],
): Promise<FirstEmbedding[]> {
  if (embedder === undefined) return contents.map(() => PENDING);
  try {
    const passages = await Promise.all(contents.map((content) => embedder.passages(content)));
    const vectors = await embedEach(
      embedder,
      passages.map(([first = ""]) => first),
    );
    return passages.map((texts, index) => {
      const vector = vectors[index];
      if (vector === undefined) return REFUSED;
      const more = texts.length > 1;
      return {
        vectors: [vector],
        status: more ? "partial" : "complete",
        model: embedder.model.id,
        more,
      };
    });
  } catch (error) {
    if (error instanceof EmbeddingUnavailable) return contents.map(() => PENDING);
    throw error;
  }
}

/** One call for all; one by one if the provider refuses some of them. Undefined: refused. */
async function embedEach(
  embedder: Embedder,
  texts: readonly string[],
): Promise<(Float32Array | undefined)[]> {
  try {
    return await embedder.embedPassages(texts);
  } catch (error) {
    if (!(error instanceof EmbeddingRefused)) throw error;
    if (texts.length === 1) return [undefined];
    const single = await Promise.all(texts.map((text) => embedEach(embedder, [text])));
    return single.flat();
  }
}

/** Every passage of a content; rejects as the embedder does. */
export async function embedAllPassages(embedder: Embedder, content: string): Promise<Float32Array[]> {
  return embedder.embedPassages(await embedder.passages(content));
}
