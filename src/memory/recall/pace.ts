import { createExpected } from "../../domain/expected.js";
import type { Expected } from "../../domain/expected.js";
import type { Pace, PacedStage } from "../ports/pace.js";

/** Before a stage has run for the first time, in milliseconds. */
const UNKNOWN_MS = 20;

export function createPace(): Pace {
  const stages = new Map<PacedStage, Expected>();
  const of = (stage: PacedStage): Expected => {
    const known = stages.get(stage) ?? createExpected(UNKNOWN_MS);
    stages.set(stage, known);
    return known;
  };
  return {
    note: (stage, ms) => of(stage).note(ms),
    expectedMs: (...asked) => asked.reduce((sum, stage) => sum + of(stage).ms, 0),
  };
}
