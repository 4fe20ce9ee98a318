import { StartError } from "../../start-error.js";
import type { RedisClient } from "../connection/client.js";
import type { Keys } from "../keys.js";

/** The Redis holds vectors of another model than the one configured. */
export class EmbeddingModelMismatch extends StartError {
  override readonly name = "EmbeddingModelMismatch";

  constructor(stored: string, configured: string) {
    super(
      `This Redis holds vectors of the embedding model "${stored}", but "${configured}" is configured. ` +
        "Vectors of two models can't be compared, so mneme doesn't mix them. Either configure the first model " +
        "again, or give the second one a store of its own: another Redis, or another MNEME_KEY_PREFIX.",
    );
  }
}

/** Claims this Redis for an embedding model; the first to come decides, also when two services start at once. */
export async function claimEmbeddingModel(client: RedisClient, keys: Keys, model: string): Promise<void> {
  const held = await client.hGet(keys.meta(), "embedding_model");
  if (held === model) return;
  // Only if there is none: a Redis without memory for writes still serves what it has.
  if (held === null) await client.hSetNX(keys.meta(), "embedding_model", model);
  const stored = held ?? (await client.hGet(keys.meta(), "embedding_model"));
  if (stored !== null && stored !== model) throw new EmbeddingModelMismatch(stored, model);
}
