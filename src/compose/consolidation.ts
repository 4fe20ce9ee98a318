import { tokenCounter } from "../domain/tokens.js";
import { createConsolidator } from "../llm/consolidator.js";
import { trailOf } from "../access/trail.js";
import { createPace } from "../memory/consolidation/pace.js";
import type { ConsolidationServices } from "../memory/consolidation/services.js";
import { startConsolidationWorker } from "../memory/consolidation/execute/worker.js";
import type { Services } from "../memory/services.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

const EVERY_MS = 1000;

/** What the acts on consolidations work with, and what does the runs, which is at work from here on. */
export function startConsolidation(base: Base, memory: Services) {
  const { config, stores, now } = base;
  const consolidation: ConsolidationServices = { store: stores.consolidations, memory };
  const runs = startConsolidationWorker({
    ...consolidation,
    llm: config.llm === undefined ? undefined : createConsolidator(config.llm),
    countTokens: tokenCounter,
    now,
    pace: createPace(),
    everyMs: EVERY_MS,
    async scheduleOf(context, namespace) {
      const { settings } = await stores.namespaces.getSettings(trailOf(context, "settings.get"), namespace);
      return settings.consolidation;
    },
    onError: reporter(base, "consolidation"),
  });
  return { consolidation, runs };
}
