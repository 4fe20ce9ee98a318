import { EmbeddingRefused, EmbeddingUnavailable } from "../embedder.js";

export interface Failure {
  readonly error: EmbeddingRefused | EmbeddingUnavailable;
  readonly retry: boolean;
  /** The provider's own wish, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** 400s about these are a matter of configuration: the input isn't at fault. */
const OUR_PARAMETERS = new Set(["model", "dimensions", "encoding_format"]);

/** Whether the provider says that it doesn't know the encoding in which vectors are asked for. */
export const refusesEncoding = (error: unknown): boolean => fieldsOf(error).param === "encoding_format";

/**
 * What went wrong in a call, as the port's errors. The messages are ours alone: a provider's may quote the
 * text or a part of the key, and so may whatever hangs on the original error, which is why it isn't a cause.
 */
export function failureOf(error: unknown): Failure {
  const { status, code, param, name, headers } = fieldsOf(error);
  if (status === undefined)
    return unavailable(name === "TimeoutError" ? "timed out" : "can't be reached", true);
  const reason = (text: string): string => `${text} (HTTP ${status})`;
  switch (status) {
    case 400:
    case 413:
    case 422:
      if (typeof param === "string" && OUR_PARAMETERS.has(param)) {
        return unavailable(reason(`rejects the configured ${param}`), false);
      }
      return {
        error: new EmbeddingRefused(`the embedding provider refused the input (HTTP ${status})`),
        retry: false,
      };
    case 401:
    case 403:
      return unavailable(reason("rejects the key"), false);
    case 404:
      return unavailable(reason("doesn't know the model or the path"), false);
    case 429:
      if (code === "insufficient_quota") return unavailable(reason("has no quota left"), false);
      return { ...unavailable(reason("limits the rate"), true), retryAfterMs: retryAfter(headers) };
    case 408:
    case 409:
      return unavailable(reason("asks to try again"), true);
    default:
      if (status < 500) return unavailable(reason("rejects the call"), false);
      return { ...unavailable(reason("failed"), true), retryAfterMs: retryAfter(headers) };
  }
}

export function unavailable(what: string, retry: boolean): Failure {
  return { error: new EmbeddingUnavailable(`the embedding provider ${what}`), retry };
}

interface Fields {
  readonly status: number | undefined;
  readonly code: unknown;
  readonly param: unknown;
  readonly name: unknown;
  readonly headers: unknown;
}

function fieldsOf(error: unknown): Fields {
  const { status, code, param, name, headers } = (
    typeof error === "object" && error !== null ? error : {}
  ) as Record<string, unknown>;
  return { status: typeof status === "number" ? status : undefined, code, param, name, headers };
}

function retryAfter(headers: unknown): number | undefined {
  const seconds = headers instanceof Headers ? Number(headers.get("retry-after") ?? Number.NaN) : Number.NaN;
  return seconds >= 0 ? seconds * 1_000 : undefined;
}
