import { join } from "node:path";

import { untilAborted } from "../abort.js";
import { EmbeddingUnavailable } from "../embedder.js";
import type { Embedder } from "../embedder.js";
import { modelId } from "../model-id.js";
import { passageSizes } from "../passages.js";
import type { PassageOptions } from "../passages.js";
import { createInference, LANE } from "./inference.js";
import { LOCAL_MODEL_FACTS } from "../local-models.js";
import type { LocalModel } from "../local-models.js";
import { missingFiles } from "./model-files.js";
import { disableRuntimeTelemetry } from "./no-telemetry.js";
import type { Reply, Request } from "./protocol.js";

export interface LocalEmbedderOptions {
  /** Which model the folder holds. Default: `english`. */
  readonly model?: LocalModel | undefined;
  /** Holds `model.onnx` and `tokenizer.json`. */
  readonly modelDir: string;
  /** A folder whose `node_modules` hold `onnxruntime-node`. Default: it is found as any package. */
  readonly runtimeDir?: string | undefined;
  readonly passages?: PassageOptions | undefined;
  /** Threads of one inference. */
  readonly threads?: number | undefined;
  readonly maxQueuedCalls?: number | undefined;
  readonly maxBackoffMs?: number | undefined;
}

/**
 * e5-small-v2 or multilingual-e5-small in a worker thread; needs no network. The model begins to load at once and calls
 * wait for it. Throws if a file of the model is missing.
 *
 * E5 was trained with `query: ` and `passage: ` before its texts; they are added here.
 */
export function createLocalEmbedder({
  model = "english",
  modelDir,
  runtimeDir,
  passages = {},
  threads = 1,
  maxQueuedCalls = 1_024,
  maxBackoffMs = 30_000,
}: LocalEmbedderOptions): Embedder {
  const { name, dimensions, contentWindow, tokenizer } = LOCAL_MODEL_FACTS[model];
  const modelFile = join(modelDir, "model.onnx");
  const tokenizerFile = join(modelDir, "tokenizer.json");
  const missing = missingFiles(modelDir);
  if (missing.length > 0) throw new Error(`the local embedding model lacks ${missing.join(" and ")}`);
  const sizes = passageSizes(passages, contentWindow);
  disableRuntimeTelemetry();
  const inference = createInference({
    script: new URL("./worker.js", import.meta.url),
    worker: { modelFile, tokenizerFile, tokenizer, runtimeDir, dimensions, threads },
    maxQueuedCalls,
    maxBackoffMs,
  });

  return {
    model: { provider: "local", name, id: modelId(name, dimensions), dimensions },
    async passages(content) {
      const replies = await inference.run(LANE.split, [{ kind: "split", content, sizes }]);
      return replies.flatMap(passagesOf);
    },
    async embedPassages(texts, signal) {
      const requests = texts.map((text): Request => ({ kind: "embed", text: `passage: ${text}` }));
      const replies = await inference.run(LANE.passage, requests, signal);
      return replies.map(vectorOf);
    },
    async embedQuery(text, signal) {
      const replies = await inference.run(LANE.query, [{ kind: "embed", text: `query: ${text}` }], signal);
      return vectorOf(replies[0]);
    },
    ready: (signal) => untilAborted(inference.ready(), signal),
    close: () => inference.close(),
  };
}

function vectorOf(reply: Reply | undefined): Float32Array {
  if (reply?.kind !== "vector") throw new EmbeddingUnavailable("the local model gave no vector");
  return reply.vector;
}

function passagesOf(reply: Reply): string[] {
  if (reply.kind !== "passages") throw new EmbeddingUnavailable("the local model gave no passages");
  return reply.passages;
}
