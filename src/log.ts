import { ErrorReply } from "redis";

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
    at: framesOf(error),
  };
  return error.cause === undefined ? described : { ...described, cause: describeError(error.cause) };
}

/** The stack begins with the message, which can have lines that look like frames. */
function framesOf({ stack = "", message }: Error): string[] {
  const messageAt = stack.indexOf(message);
  if (messageAt < 0) return [];
  return stack
    .slice(messageAt + message.length)
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}

function errorCode(error: Error): string | undefined {
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof ErrorReply ? /^[A-Z]{2,}\b/.exec(error.message)?.[0] : undefined;
}
