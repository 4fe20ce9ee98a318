import type { Logger } from "pino";
import type { Config } from "../config.js";
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

/** Tells operators of what fails in the background. */
export function reporter(
  { metrics, logger }: Pick<Base, "metrics" | "logger">,
  worker: Parameters<Metrics["workerError"]>[0],
) {
  return (error: unknown): void => {
    metrics.workerError(worker);
    logger.error({ error: describeError(error) }, `the ${worker} worker failed`);
  };
}
