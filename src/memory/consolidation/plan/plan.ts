import type { CountTokens } from "../../../domain/tokens.js";
import { planExpiry } from "./plan-expiry.js";
import { planFacts } from "./plan-facts.js";
import { planMerges } from "./plan-merge.js";
import { planProcedures } from "./plan-procedures.js";
import { planSummaries } from "./plan-summaries.js";
import type { PlanStep, Reaching } from "./planner.js";
import type { Claim } from "../ports.js";
import type { Action, Step } from "../run.js";
import { STEPS } from "../run.js";
import type { WorkServices } from "../services.js";

const PLANS: Readonly<Record<Step, PlanStep>> = {
  merge: planMerges,
  summarise: planSummaries,
  facts: planFacts,
  procedures: planProcedures,
  expire: planExpiry,
};

/**
 * What a run will do, step by step. Nothing is written. `reaching` tells, once it is planned, how far each step has come
 * among the memories.
 */
export async function* plan(
  services: WorkServices,
  { run, reached, again }: Claim,
  count: CountTokens,
  reaching: Reaching,
): AsyncGenerator<Action, void> {
  const taken = new Set<string>();
  const now = services.now();
  for (const step of STEPS) {
    if (!run.options.steps.includes(step)) continue;
    yield* PLANS[step]({
      services,
      run,
      after: reached[step] ?? 0,
      again: again[step] ?? [],
      taken,
      count,
      now,
      reach: (sequence) => (reaching[step] = sequence),
    });
  }
}
