import type { Logger } from "pino";
import type { Config } from "../config.js";
import { storeFaultOf } from "../domain/store-fault.js";
import { EmbeddingUnavailable } from "../embeddings/embedder.js";
import type { Metrics } from "../http/metrics.js";
import { describeError } from "../log.js";
import type { Embedders } from "./embedders.js";
import type { Reranking } from "./reranker.js";
import type { Stores } from "./stores.js";

/** What services and workers are made of. */
export interface Base {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly stores: Stores;
  readonly embedders: Embedders;
  /** Undefined: nothing reranks. */
  readonly reranking: Reranking | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Tells operators of what fails in the background. A fault of Redis or of the embedder is none of the worker's: it has a
 * line and metrics of its own, and the work is done once it is over.
 */
export function reporter(
  { metrics, logger }: Pick<Base, "metrics" | "logger">,
  worker: Parameters<Metrics["workerError"]>[0],
) {
  return (error: unknown): void => {
    if (storeFaultOf(error) !== undefined || error instanceof EmbeddingUnavailable) return;
    metrics.workerError(worker);
    logger.error({ error: describeError(error) }, `the ${worker} worker failed`);
  };
}
