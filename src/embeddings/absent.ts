import { EmbeddingUnavailable } from "./embedder.js";
import type { Embedder } from "./embedder.js";
import { dimensionsOf } from "./model-id.js";

/** Stands for a model whose vectors are stored, but which this process isn't configured to embed with. */
export function absentEmbedder(id: string): Embedder {
  const refuse = async (): Promise<never> => {
    throw new EmbeddingUnavailable(`the model ${id} isn't configured`, "model_differs");
  };
  return {
    model: { provider: "custom", name: id, id, dimensions: dimensionsOf(id) },
    passages: refuse,
    embedPassages: refuse,
    embedQuery: refuse,
    ready: refuse,
    close: async () => {},
  };
}
