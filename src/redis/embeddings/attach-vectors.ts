import type { EmbeddingProgress } from "../../memory/ports/embedding.js";
import { encodeIndexVector, requireModel, vectorBytes } from "../codec/vector.js";
import type { StoreDeps } from "../deps.js";

export async function attachVectors(
  { redis, meter, keys, model }: StoreDeps,
  progress: EmbeddingProgress,
): Promise<void> {
  const { ref, vectors } = progress;
  const size = vectorBytes(vectors);
  const patch = {
    memory: { embedding: { status: progress.status, model: progress.model } },
    index: {
      embed_at: progress.embedAt ?? null,
      ...(vectors.length === 0 ? {} : { passages: vectors.length, vector_bytes: size }),
    },
  };
  await redis.run((client) =>
    client.attachVectors(
      meter(ref.namespace, { json: 0, vectors: vectors.length === 0 ? undefined : size }),
      [
        keys.record(ref.namespace, ref.id),
        ...vectors.map((_, passage) => keys.vector(requireModel(model), ref.namespace, ref.id, passage)),
      ],
      [String(progress.version), JSON.stringify(patch), progress.context, ...vectors.map(encodeIndexVector)],
    ),
  );
}
