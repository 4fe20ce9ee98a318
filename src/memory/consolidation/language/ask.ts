import { LlmFailed } from "../ports.js";
import type { Consolidator, LlmAnswer } from "../ports.js";
import type { LlmFailure } from "../run.js";

/** The outcome and its cost. */
export interface Asked<Value> {
  readonly value: Value;
  readonly calls: number;
  readonly tokens: number;
}

export interface Answer<Value> {
  /** Undefined: there is none; `because` says why. */
  readonly answer: LlmAnswer<Value> | undefined;
  readonly because: LlmFailure | "budget" | undefined;
}

/** Asks the language model if that can't cost more than is left. */
export async function ask<Value>(
  llm: Consolidator | undefined,
  budget: { readonly calls: number; readonly tokens: number },
  question: (llm: Consolidator) => Promise<LlmAnswer<Value>>,
): Promise<Asked<Answer<Value>>> {
  if (llm === undefined || budget.calls < 1 || budget.tokens < llm.maxCallTokens) {
    return { value: { answer: undefined, because: "budget" }, calls: 0, tokens: 0 };
  }
  try {
    const answer = await question(llm);
    return { value: { answer, because: undefined }, calls: 1, tokens: answer.tokens };
  } catch (error) {
    if (!(error instanceof LlmFailed)) throw error;
    return { value: { answer: undefined, because: error.reason }, calls: 1, tokens: error.tokens };
  }
}
