import { DomainError } from "../domain/errors.js";
import { LIMITS } from "../domain/limits.js";

type Kind = "export" | "import";

export function jobMissing(kind: Kind): DomainError {
  return new DomainError("not_found", `There is no such ${kind} among those of this key.`);
}

export function jobBusy(kind: Kind): DomainError {
  return new DomainError("transfer_busy", `Another request is working on this ${kind}.`, {
    retryAfterSeconds: 1,
  });
}

export function tooManyJobs(kind: Kind): DomainError {
  return new DomainError(
    "too_many_transfers",
    `This key has ${LIMITS.transfers} ${kind}s under way. Start the next one when one of them is complete, or got no part for an hour.`,
    { retryAfterSeconds: 5 },
  );
}

/** Nobody reads it. */
export function senderGone(): DomainError {
  return new DomainError("transfer_busy", "The sender has gone. Send the part again.", {
    retryAfterSeconds: 1,
  });
}

export function stillFilling(): DomainError {
  return new DomainError(
    "transfer_not_ready",
    "Redis is filling the index, or records of an older release are being upgraded. See /readyz.",
    { retryAfterSeconds: 5 },
  );
}

/** `line`: from 1. */
export function lineRefused(line: number, message: string): DomainError {
  return new DomainError("import_refused", `Line ${line}: ${message}`, {
    errors: [{ field: `line ${line}`, message }],
  });
}
