import type { Logger } from "pino";
import type { EmbedderFault } from "../embeddings/embedder.js";
import type { HealthListener } from "../embeddings/with-health.js";

export interface EmbedderHealth {
  readonly tell: HealthListener;
  /** What is wrong with the embedder; undefined: nothing is known to be. */
  current(): EmbedderFault | undefined;
}

/** One line for each change of state, however many calls fail in between. */
export function createEmbedderHealth(logger: Logger): EmbedderHealth {
  let current: EmbedderFault | undefined;
  return {
    tell(error) {
      const before = current;
      current = error?.fault;
      if (current === before) return;
      if (error === undefined) logger.info({ reason: before }, "The embedder works again");
      else logger.error({ reason: current }, `No text can be embedded: ${error.message}`);
    },
    current: () => current,
  };
}
