import { join } from "node:path";

import { EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { EmbedderFault } from "../../embeddings/embedder.js";
import { createInference, LANE } from "../../embeddings/local/inference.js";
import { missingFiles } from "../../embeddings/local/model-files.js";
import { disableRuntimeTelemetry } from "../../embeddings/local/no-telemetry.js";
import type { Reply } from "../../embeddings/local/protocol.js";
import { RerankerUnavailable } from "../reranker.js";
import type { Reranker, RerankerFault } from "../reranker.js";
import { told } from "../with-health.js";
import type { HealthListener } from "../with-health.js";

export interface LocalRerankerOptions {
  /** Holds `model.onnx` and `tokenizer.json` of a cross-encoder: BERT's WordPiece, one logit. */
  readonly modelDir: string;
  /** A folder whose `node_modules` hold `onnxruntime-node`. Default: it is found as any package. */
  readonly runtimeDir: string | undefined;
  /** Time limit of a call, its wait for the calls before it included. */
  readonly timeoutMs: number;
  readonly onHealth: HealthListener;
}

/** Recalls that wait for the model; one more is refused. */
const MOST_WAITING = 32;
const MAX_BACKOFF_MS = 30_000;

/**
 * A cross-encoder in a worker thread of its own, so that judging texts doesn't hold up queries that are embedded; needs no
 * network. A pair at a time: what an aborted call still waits for is taken back. Throws if a file of the model is missing.
 */
export function createLocalReranker({
  modelDir,
  runtimeDir,
  timeoutMs,
  onHealth,
}: LocalRerankerOptions): Reranker {
  const missing = missingFiles(modelDir);
  if (missing.length > 0) throw new Error(`the local reranker lacks ${missing.join(" and ")}`);
  disableRuntimeTelemetry();
  const inference = createInference({
    script: new URL("./worker.js", import.meta.url),
    worker: {
      modelFile: join(modelDir, "model.onnx"),
      tokenizerFile: join(modelDir, "tokenizer.json"),
      runtimeDir,
      threads: 1,
    },
    name: "reranker",
    maxQueuedCalls: MOST_WAITING,
    maxBackoffMs: MAX_BACKOFF_MS,
  });
  const heard = <T>(call: Promise<T>): Promise<T> => told(call.catch(translated), onHealth);
  return {
    model: "local",
    async rerank(query, texts, signal) {
      const requests = texts.map((text) => ({ kind: "judge" as const, query, text }));
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(tooSlow()), timeoutMs);
      const either = AbortSignal.any(signal === undefined ? [late.signal] : [signal, late.signal]);
      try {
        return (await heard(inference.run(LANE.query, requests, either))).map(scoreOf);
      } finally {
        clearTimeout(timer);
      }
    },
    ready: () => heard(inference.ready()),
    close: () => inference.close(),
  };
}

const tooSlow = (): RerankerUnavailable =>
  new RerankerUnavailable("the local reranker doesn't judge that many texts in time", "timed_out");

/** Those that a model in a worker has. */
const FAULTS: Readonly<Partial<Record<EmbedderFault, RerankerFault>>> = {
  model_unusable: "model_unusable",
  model_crashed: "model_crashed",
  overloaded: "overloaded",
};

function translated(error: unknown): never {
  throw error instanceof EmbeddingUnavailable
    ? new RerankerUnavailable(error.message, error.fault && FAULTS[error.fault])
    : error;
}

function scoreOf(reply: Reply): number {
  if (reply.kind !== "score") throw new RerankerUnavailable("the local reranker gave no score");
  return reply.score;
}
