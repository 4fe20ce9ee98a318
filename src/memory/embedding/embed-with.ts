import { EmbeddingRefused } from "../../embeddings/embedder.js";
import type { Embedder } from "../../embeddings/embedder.js";
import type { EmbeddingProgress, PendingEmbedding } from "../ports/embedding.js";
import { embedAllPassages, embeddedIn } from "./embed.js";

/** All vectors of a stored memory by one model, cut as that model needs it. Rejects where the provider doesn't answer. */
export async function embedWith(
  embedder: Embedder,
  memory: Pick<PendingEmbedding, "namespace" | "content" | "context" | "ownVector">,
): Promise<NonNullable<EmbeddingProgress["outcome"]>> {
  const model = embedder.model.id;
  // Where the caller's vector holds no context, nor do others: they aren't made again when that is deleted.
  const context = memory.ownVector === true ? "" : memory.context;
  try {
    const text = { content: memory.content, context };
    const vectors = await embedAllPassages(embedder, embeddedIn(memory.namespace), text);
    return { model, status: "complete", vectors };
  } catch (error) {
    if (!(error instanceof EmbeddingRefused)) throw error;
    return { model, status: "refused", vectors: [] };
  }
}
