import type { Logger } from "pino";
import type { Config, RerankerConfig } from "../config.js";
import { ConfigError } from "../config.js";
import type { Metrics } from "../http/metrics.js";
import { createHttpReranker } from "../reranking/http/http-reranker.js";
import { createLocalReranker } from "../reranking/local/local-reranker.js";
import { withObserver } from "../reranking/observed.js";
import type { Reranker, RerankerFault } from "../reranking/reranker.js";
import type { HealthListener } from "../reranking/with-health.js";
import { createFaultHealth } from "./fault-health.js";

export interface Reranking {
  readonly reranker: Reranker;
  /** What is wrong with it, by its latest answer. */
  fault(): RerankerFault | undefined;
}

/** What reranks; undefined: nothing does. Throws a {@link ConfigError} if it can't be as it is configured. */
export function createReranking(
  { reranker: config }: Config,
  metrics: Pick<Metrics, "reranking">,
  logger: Logger,
): Reranking | undefined {
  if (config === undefined) return undefined;
  const health = createFaultHealth<RerankerFault>(logger, {
    fails: "Recalls aren't reranked",
    works: "The reranker works again",
  });
  const reranker = providedBy(config, health.tell);
  // A model that can't be loaded is in the log before anyone misses it.
  void reranker.ready().catch(() => {});
  return { reranker: withObserver(reranker, metrics.reranking), fault: health.current };
}

function providedBy(config: RerankerConfig, onHealth: HealthListener): Reranker {
  if (config.kind === "http") return createHttpReranker({ ...config, onHealth });
  try {
    return createLocalReranker({ ...config, onHealth });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `The reranker can't be used: ${reason}. MNEME_RERANKER_DIR must name a folder that holds the model.`,
    );
  }
}
