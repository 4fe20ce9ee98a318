import { DomainError } from "../../domain/errors.js";
import { LIMITS } from "../../domain/limits.js";

/**
 * Undefined if a text may be indexed. NFKC makes 18 characters of one (U+FDFA), so that a text within its bytes can take
 * many times as long to index as prose.
 */
export function normalisedTooLong(field: string, text: string): DomainError | undefined {
  if (text.normalize("NFKC").length <= LIMITS.normalisedLength) return undefined;
  const message = `Must not exceed ${LIMITS.normalisedLength} characters in Unicode's compatibility form (NFKC).`;
  return new DomainError("text_too_large", `${field}: ${message}`, { errors: [{ field, message }] });
}

export function refuseTooLong(field: string, text: string): void {
  const problem = normalisedTooLong(field, text);
  if (problem !== undefined) throw problem;
}
