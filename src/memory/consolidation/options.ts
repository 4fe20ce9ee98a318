import type { ConsolidationSettings } from "../../access/namespaces/settings.js";
import type { RunOptions } from "./run.js";
import { STEPS } from "./run.js";

const DAY_S = 24 * 3600;

/** The options of a run without options of its own. */
export const DEFAULT_OPTIONS: RunOptions = {
  steps: STEPS,
  dry_run: false,
  older_than_seconds: 7 * DAY_S,
  unread_seconds: 90 * DAY_S,
  max_llm_calls: 200,
  max_llm_tokens: 400_000,
};

/** The options of a run that the namespace's schedule begins. */
export function scheduledOptions(settings: ConsolidationSettings): RunOptions {
  return {
    ...DEFAULT_OPTIONS,
    steps: settings.steps === null ? STEPS : STEPS.filter((step) => settings.steps?.includes(step)),
    older_than_seconds: settings.older_than_seconds ?? DEFAULT_OPTIONS.older_than_seconds,
    unread_seconds: settings.unread_seconds ?? DEFAULT_OPTIONS.unread_seconds,
  };
}
