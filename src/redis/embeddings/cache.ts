import { RESP_TYPES } from "redis";
import type { EmbeddingCache } from "../../embeddings/embedder.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { decodeCachedVector, encodeCachedVector } from "../codec/vector.js";

export interface EmbeddingCacheOptions {
  readonly ttlSeconds: number;
}

/** A cache that is slow is of no use: what it would save takes hardly longer. */
const CACHE_TIMEOUT_MS = 100;

/** Vectors by the hash of what was embedded, each with a TTL. Spread over all slots: nothing needs them together. */
export function createEmbeddingCache(
  redis: RedisGateway,
  keys: Keys,
  { ttlSeconds }: EmbeddingCacheOptions,
): EmbeddingCache {
  return {
    async get(hashes) {
      const replies = await redis.run((client) => {
        const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
        return Promise.all(hashes.map((hash) => binary.get(keys.embedding(hash))));
      }, CACHE_TIMEOUT_MS);
      return replies.map((reply) => (Buffer.isBuffer(reply) ? decodeCachedVector(reply) : undefined));
    },
    async set(entries) {
      await redis.run(
        (client) =>
          Promise.all(
            entries.map(({ key, vector }) =>
              client.set(keys.embedding(key), encodeCachedVector(vector), {
                expiration: { type: "EX", value: ttlSeconds },
              }),
            ),
          ),
        CACHE_TIMEOUT_MS,
      );
    },
    async remove(hashes) {
      // Each for itself: their keys are spread over all slots. This isn't given up for being slow.
      await redis.run((client) => Promise.all(hashes.map((hash) => client.unlink(keys.embedding(hash)))));
    },
  };
}
