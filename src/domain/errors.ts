/** Why the store can't do what it was asked. Each is named after its cause, in problems, in the log and in `/readyz`. */
export type StoreFault =
  | "redis_unavailable"
  | "redis_loading"
  | "redis_busy"
  | "redis_readonly"
  | "redis_replicas_missing"
  | "redis_disk_full"
  | "redis_out_of_memory"
  | "redis_too_many_clients"
  | "acl_denied"
  | "index_missing";

/** Every way in which mneme says no. HTTP maps each to a status in one table. */
export type ErrorCode =
  | "invalid_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "immutable_memory"
  | "duplicate_content"
  | "publish_conflict"
  | "too_many_contradictions"
  | "alias_conflict"
  | "agent_taken"
  | "too_many_keys"
  | "consolidation_busy"
  | "consolidation_unfit"
  | "migration_unfit"
  | "transfer_busy"
  | "transfer_not_ready"
  | "import_refused"
  | "version_conflict"
  | "idempotency_mismatch"
  | "idempotency_busy"
  | "answer_erased"
  | "durability_unconfirmed"
  | "settings_conflict"
  | "transaction_failed"
  | "history_expired"
  | "changes_expired"
  | "too_many_watchers"
  | "too_many_watchers_of_key"
  | "too_many_erasures"
  | "too_many_transfers"
  | "text_too_large"
  | "pii_rejected"
  | "embedding_mismatch"
  | "query_without_terms"
  | "query_refused"
  | "embedder_unavailable"
  | StoreFault
  | "rate_limited"
  | "overloaded"
  | "quota_exceeded"
  | "archive_unavailable"
  | "archive_damaged"
  | "audit_unavailable";

export interface FieldError {
  /** The place in the request: `content`, `metadata.plan`, `memories[3].tags[0]`. */
  readonly field: string;
  readonly message: string;
}

export interface DomainErrorOptions extends ErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** The first failure of a transaction. */
  readonly failed?: TransactionFailure;
}

/** The place and reason of a transaction's first failure. */
export interface TransactionFailure {
  readonly part: "check" | "operation";
  /** Index from 0, among the checks or the operations. */
  readonly index: number;
  readonly key: string;
  /** Stable. */
  readonly reason: string;
  /** For a check: the current version; null: there is none. */
  readonly version?: number | null;
}

/** An expected refusal. Its message is written for the caller: it never holds stored content, keys or secrets. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly failed: TransactionFailure | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.failed = options.failed;
  }
}

export function invalid(field: string, message: string): DomainError {
  return new DomainError("invalid_request", `${field}: ${message}`, { errors: [{ field, message }] });
}

export function memoryNotFound(): DomainError {
  return new DomainError("not_found", "There is no such memory in this namespace.");
}

export function itemNotFound(): DomainError {
  return new DomainError("not_found", "There is no memory under this key in this namespace.");
}

export function versionConflict(): DomainError {
  return new DomainError(
    "version_conflict",
    "Version conflict: the memory has changed. Re-read it and retry.",
  );
}

export function entityNotFound(): DomainError {
  return new DomainError("not_found", "There is no such entity in this namespace.");
}

/** The same error for a key that the caller may not see. */
export function keyNotFound(): DomainError {
  return new DomainError("not_found", "There is no such key among those that you administer.");
}

/** `quota`: memories or bytes. */
/** What an earlier try of an operation has written is gone, so there is nothing to answer with, and it isn't written again. */
export const doneAndGone = (): DomainError =>
  new DomainError(
    "answer_erased",
    "This request was already processed, but what it has written has been deleted since.",
  );

export function quotaExceeded(quota: string): DomainError {
  return new DomainError(
    "quota_exceeded",
    `This namespace's quota of ${quota} is used up. Nothing was written.`,
  );
}

export function archiveUnavailable(): DomainError {
  return new DomainError(
    "archive_unavailable",
    "The archive doesn't answer, so an archived memory can't be read now.",
    { retryAfterSeconds: 5 },
  );
}

export function archiveDamaged(): DomainError {
  return new DomainError(
    "archive_damaged",
    "The archive's copy of this memory is missing or damaged. An operator has to bring it back from a backup.",
    { retryAfterSeconds: 60 },
  );
}

export function tooManyContradictions(): DomainError {
  return new DomainError(
    "too_many_contradictions",
    "Too many contradicting facts (64). Set valid_from, or delete some.",
  );
}
