import type { SummaryFailure } from "../memory/sessions/summary.js";

/** What went wrong in a call, without the provider's words, which may quote what it was sent. */
export function failureOf(error: unknown): SummaryFailure {
  const { name, status, message } = (typeof error === "object" && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  if (name === "TimeoutError" || name === "AbortError") return "timeout";
  if (typeof message === "string" && /refus/i.test(message) && status === undefined) return "refused";
  if (status === 400 || status === 422) return "refused";
  if (typeof status === "number" || name === "APIConnectionError") return "unavailable";
  // What LangChain throws when the answer is no JSON, not as the schema says, or cut off.
  return "malformed";
}
