export interface MnemeFieldError {
  readonly field: string;
  readonly message: string;
}

/** What the service refuses, or that it can't be reached. */
export class MnemeStoreError extends Error {
  override readonly name = "MnemeStoreError";
  /** The service's own, such as `forbidden`, `invalid_request`, `quota_exceeded`; `unreachable`, `timeout` or `bad_answer` without one. */
  readonly code: string;
  /** Of HTTP; undefined without an answer. */
  readonly status: number | undefined;
  /** Which fields of the request were wrong: `metadata` is the value of an item. */
  readonly errors: readonly MnemeFieldError[];

  constructor(
    code: string,
    detail: string,
    {
      status,
      errors = [],
      cause,
    }: { status?: number; errors?: readonly MnemeFieldError[]; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause });
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}
