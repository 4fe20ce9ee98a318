import type { SummaryFailure } from "../memory/sessions/summary.js";

/** The kind of a call's failure, without the provider's words, which may quote what it was sent. */
export function failureOf(error: unknown): SummaryFailure {
  // The body isn't JSON, or not in the shape that LangChain reads without checking.
  if (error instanceof SyntaxError || (error instanceof TypeError && error.message !== "terminated"))
    return "malformed";
  if (error instanceof Error && error.constructor.name === "LengthFinishReasonError") return "malformed";
  const { status } = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  return status === 400 || status === 422 ? "refused" : "unavailable";
}
