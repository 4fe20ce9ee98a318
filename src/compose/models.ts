import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { Metrics } from "../http/metrics.js";
import { createEmbedders } from "./embedders.js";
import type { Embedders } from "./embedders.js";
import { createReranking } from "./reranker.js";
import type { Reranking } from "./reranker.js";
import type { Redis } from "./redis.js";

interface Closable {
  close(): Promise<void>;
}

/** What embeds and reranks, each local model in a thread of its own. */
export interface Models extends Closable {
  readonly embedders: Embedders;
  /** Undefined: nothing reranks. */
  readonly reranking: Reranking | undefined;
}

/** Rejects with a `ConfigError` if one of them can't be as it is configured, and leaves none of them open. */
export async function createModels(
  config: Config,
  redis: Redis,
  metrics: Metrics,
  logger: Logger,
): Promise<Models> {
  const opened: Closable[] = [];
  const close = async (): Promise<void> => void (await Promise.all(opened.map((each) => each.close())));
  try {
    const opens = (each: Closable): void => void opened.push(each);
    const embedders = createEmbedders(config, redis, metrics, logger, redis.clock.now, opens);
    const reranking = createReranking(config, metrics, logger);
    if (reranking !== undefined) opens(reranking.reranker);
    return { embedders, reranking, close };
  } catch (error) {
    await close();
    throw error;
  }
}
