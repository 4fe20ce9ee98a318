export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface Details {
  readonly status?: number | undefined;
  readonly errors?: readonly FieldError[];
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The problem details as they came. */
  readonly problem?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The service refused the request, or there was no answer of it. */
export class MnemeError extends Error {
  override readonly name = "MnemeError";
  /** Of the service, such as `forbidden` or `invalid_request`; else `unreachable`, `timeout` or `bad_answer`. */
  readonly code: string;
  /** What is wrong, for people. */
  readonly detail: string;
  /** The HTTP status; undefined without an answer. */
  readonly status: number | undefined;
  /** Invalid fields of the request. */
  readonly errors: readonly FieldError[];
  /** Id of the request, as in the service's log. */
  readonly requestId: string | undefined;
  /** How long the service asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** All fields of the answer, also those of single codes, such as `failed`. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(code: string, detail: string, details: Details = {}) {
    super(`${code}: ${detail}`, { cause: details.cause });
    this.code = code;
    this.detail = detail;
    this.status = details.status;
    this.errors = details.errors ?? [];
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
    this.problem = details.problem ?? {};
  }
}

/** The error of an answer that isn't a success. */
export function errorOf(status: number, body: unknown, retryAfterMs: number | undefined): MnemeError {
  const problem = isRecord(body) ? body : {};
  const { code, detail, errors, request_id: requestId } = problem;
  if (typeof code !== "string" || typeof detail !== "string") return badAnswer(status);
  return new MnemeError(code, detail, {
    status,
    problem,
    retryAfterMs,
    requestId: typeof requestId === "string" ? requestId : undefined,
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
  });
}

export const badAnswer = (status: number): MnemeError =>
  new MnemeError("bad_answer", `The answer (HTTP ${status}) isn't from a mneme service. Check the url.`, {
    status,
  });

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value["field"] === "string" && typeof value["message"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
