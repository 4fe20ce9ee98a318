import type { EmbeddingModel } from "../embeddings/embedder.js";
import { claimEmbeddingModel } from "../redis/embeddings/model.js";
import {
  consolidationsDueIndex,
  erasuresDueIndex,
  ensureIndex,
  filledShare,
  recordIndex,
  sessionsDueIndex,
  vectorIndex,
} from "../redis/search/indexes.js";
import type { Redis } from "./redis.js";

export interface Indexes {
  /** Makes those that aren't there. */
  ensure(): Promise<void>;
  /** How much of what is stored is in all of them, 0 to 1. */
  filled(): Promise<number>;
}

/** What asks about all indexes may wait longer than one command. */
const FILLED_MS = 4_000;

export function createIndexes({ client, gateway, keys }: Redis, model: EmbeddingModel | undefined): Indexes {
  const always = [
    recordIndex(keys),
    sessionsDueIndex(keys),
    consolidationsDueIndex(keys),
    erasuresDueIndex(keys),
  ];
  const indexes = model === undefined ? always : [...always, vectorIndex(keys, model.id, model.dimensions)];

  async function ensure(): Promise<void> {
    // Each time: whoever flushes this Redis takes the claim with the indexes.
    if (model !== undefined) await claimEmbeddingModel(client, keys, model.id);
    for (const index of indexes) await ensureIndex(client, index);
  }

  return {
    ensure,
    filled: () =>
      gateway.run(async () => {
        await ensure();
        return Math.min(...(await Promise.all(indexes.map(({ name }) => filledShare(client, name)))));
      }, FILLED_MS),
  };
}
