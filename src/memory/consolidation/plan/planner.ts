import type { CountTokens } from "../../../domain/tokens.js";
import type { Action, Reached, Run } from "../run.js";
import type { WorkServices } from "../services.js";

/** What planning a step takes. */
export interface Planning {
  readonly services: WorkServices;
  readonly run: Run;
  /** How far the step had come in earlier runs: what it has seen isn't looked at again. */
  readonly after: number;
  /** But these are: an earlier run left what was planned of them. */
  readonly again: readonly string[];
  /** Ids of memories that an earlier step of this plan takes out of recall. */
  readonly taken: Set<string>;
  readonly count: CountTokens;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Notes how far this step has come. */
  readonly reach: (sequence: number) => void;
}

export type PlanStep = (planning: Planning) => AsyncGenerator<Action, void>;

/** How far the steps of a plan have come. */
export type Reaching = { -readonly [Name in keyof Reached]: Reached[Name] };

/** Memories that a step looks at in one run; what is left is the next one's. */
export const MOST_EXAMINED = 20_000;
