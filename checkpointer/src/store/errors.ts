export interface MnemeFieldError {
  readonly field: string;
  readonly message: string;
}

/** The service refused the request, or can't be reached. */
export class MnemeStoreError extends Error {
  override readonly name = "MnemeStoreError";
  /** The service's own, such as `forbidden`, `invalid_request`, `quota_exceeded`; `unreachable`, `timeout` or `bad_answer` without one. */
  readonly code: string;
  /** The HTTP status; undefined without an answer. */
  readonly status: number | undefined;
  /** Invalid fields of the request: `metadata` is the value of an item. */
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
