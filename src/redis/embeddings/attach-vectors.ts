import { createHash } from "node:crypto";
import type { EmbeddingProgress } from "../../memory/ports/embedding.js";
import { encodeIndexVector, requireModel } from "../codec/vector.js";
import type { StoreDeps } from "../deps.js";

export async function attachVectors(
  { redis, meter, keys }: StoreDeps,
  { ref, version, old = false, context, content, outcome, embedAt }: EmbeddingProgress,
): Promise<void> {
  const { namespace, id } = ref;
  const { model, status, vectors } = outcome ?? { model: null, status: "", vectors: [] };
  const vectorKey = (passage: number): string =>
    old
      ? keys.oldVector(requireModel(model), namespace, id, passage, version)
      : keys.vector(requireModel(model), namespace, id, passage);
  await redis.run((client) =>
    client.attachVectors(
      meter(namespace),
      [
        old ? keys.old(namespace, id, version) : keys.record(namespace, id),
        ...vectors.map((_, passage) => vectorKey(passage)),
      ],
      [
        String(version),
        context,
        createHash("sha1").update(content).digest("hex"),
        model ?? "",
        status,
        String(embedAt ?? ""),
        ...vectors.map(encodeIndexVector),
      ],
    ),
  );
}
