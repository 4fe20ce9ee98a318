import { invalid } from "../../domain/errors.js";
import { LIMITS } from "../../domain/limits.js";

/** Marks may be longer than what they replace. */
export function refuseTooLarge(content: string | undefined): void {
  if (Buffer.byteLength(content ?? "") <= LIMITS.contentBytes) return;
  throw invalid(
    "content",
    `Must not exceed ${LIMITS.contentBytes} bytes once marks replace the personal data in it.`,
  );
}
