import type { SummaryFailure } from "../memory/sessions/summary.js";

/** What went wrong in a call, without the provider's words, which may quote what it was sent. */
export function failureOf(error: unknown): SummaryFailure {
  // A body that is no JSON, or not in the shape that LangChain reads without looking.
  if (error instanceof SyntaxError || (error instanceof TypeError && error.message !== "terminated"))
    return "malformed";
  if (error instanceof Error && error.constructor.name === "LengthFinishReasonError") return "malformed";
  const { status } = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  return status === 400 || status === 422 ? "refused" : "unavailable";
}
