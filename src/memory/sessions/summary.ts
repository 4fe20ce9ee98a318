import type { RunningSummary } from "./session.js";

/** Input of a language model. Both are data of callers, never instructions. */
export interface SummaryInput {
  /** The running summary so far. */
  readonly previous: string | null;
  readonly transcript: string;
}

export interface WrittenSummary {
  /** The summary of the transcript alone. */
  readonly stretch: string;
  /** The summary of the session so far. */
  readonly running: string;
  readonly model: string;
}

/** Rejects with a {@link SummaryFailed} where the model gives nothing usable. */
export type Summarize = (input: SummaryInput) => Promise<WrittenSummary>;

/** Why a language model's summary isn't there. Stable: it stands in what is written instead. */
export type SummaryFailure = "timeout" | "refused" | "malformed" | "unavailable";

export class SummaryFailed extends Error {
  override readonly name = "SummaryFailed";
  readonly reason: SummaryFailure;

  constructor(reason: SummaryFailure) {
    super(`the language model gave no summary: ${reason}`);
    this.reason = reason;
  }
}

/** Summaries of one stretch of a session, and of the session so far. */
export interface StretchSummary {
  readonly stretch: string;
  readonly running: RunningSummary;
  /** Why a language model that was asked didn't write it. */
  readonly fallback: SummaryFailure | undefined;
}
