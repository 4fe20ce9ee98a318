import { tokenCounter } from "../domain/tokens.js";
import { createSummarizer } from "../llm/summarizer.js";
import type { Services } from "../memory/services.js";
import { startPromotionWorker } from "../memory/sessions/promotion-worker.js";
import type { SessionServices } from "../memory/sessions/services.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

/** What the acts on sessions work with, and what promotes their oldest turns, which is at work from here on. */
export function startSessions(base: Base, memory: Services) {
  const { config, stores, now } = base;
  const promotions = startPromotionWorker({
    store: stores.sessions,
    memory,
    summarize: config.llm === undefined ? undefined : createSummarizer(config.llm),
    countTokens: tokenCounter,
    locks: stores.locks,
    now,
    onError: reporter(base, "promotion"),
  });
  const sessions: SessionServices = {
    store: stores.sessions,
    memory,
    countTokens: tokenCounter,
    promoteSoon: promotions.promoteSoon,
  };
  return { sessions, promotions };
}
