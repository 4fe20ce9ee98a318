import { DomainError, invalid } from "../domain/errors.js";
import type { TtlTooLong } from "./ports.js";

export function stateNotFound(): DomainError {
  return new DomainError("not_found", "There is no such state in this namespace.");
}

export function stateConflict(): DomainError {
  return new DomainError(
    "version_conflict",
    "Precondition failed (If-Match / If-None-Match). Re-read the state and retry.",
  );
}

export function ttlTooLong({ maxSeconds }: TtlTooLong, field = "ttl_seconds"): DomainError {
  return invalid(field, `Must not exceed ${maxSeconds}, this namespace's maximum.`);
}
