/**
 * The parts of an error that a log may hold: its kind and where it arose. Messages can quote a caller's content or a
 * query.
 */
export interface LoggedError {
  readonly type: string;
  /** First word of a Redis error reply, or a system error's code. */
  readonly code: string | undefined;
  readonly at: readonly string[];
  readonly cause?: LoggedError;
}

export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, code: undefined, at: [] };
  const described = {
    type: error.constructor.name,
    code: errorCode(error),
    at: (error.stack ?? "")
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  };
  return error.cause === undefined ? described : { ...described, cause: describeError(error.cause) };
}

function errorCode(error: Error): string | undefined {
  if ("code" in error && typeof error.code === "string") return error.code;
  return /^[A-Z]{2,}\b/.exec(error.message)?.[0];
}
