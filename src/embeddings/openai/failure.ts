import { EmbeddingRefused, EmbeddingUnavailable } from "../embedder.js";
import type { EmbedderFault } from "../embedder.js";

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
 * Translates a failed call into the port's errors. The messages are mneme's own. A provider's message, and any property
 * of the original error, may quote the text or a part of the key, so that error isn't kept as a cause.
 */
export function failureOf(error: unknown): Failure {
  const { status, code, param, name, headers } = fieldsOf(error);
  if (status === undefined)
    // Another try would cost the caller another time-out.
    return name === "TimeoutError"
      ? unavailable("timed out", "timed_out", false)
      : unavailable("can't be reached", "unreachable", true);
  const reason = (text: string): string => `${text} (HTTP ${status})`;
  switch (status) {
    case 400:
    case 413:
    case 422:
      if (typeof param === "string" && OUR_PARAMETERS.has(param)) {
        return unavailable(reason(`rejects the configured ${param}`), "configuration_rejected", false);
      }
      return {
        error: new EmbeddingRefused(`the embedding provider refused the input (HTTP ${status})`),
        retry: false,
      };
    case 401:
    case 403:
      return unavailable(reason("rejects the key"), "key_rejected", false);
    case 404:
      return unavailable(reason("doesn't know the model or the path"), "model_unknown", false);
    case 429:
      if (code === "insufficient_quota")
        return unavailable(reason("has no quota left"), "quota_used_up", false);
      return {
        ...unavailable(reason("limits the rate"), "rate_limited", true),
        retryAfterMs: retryAfter(headers),
      };
    case 408:
    case 409:
      return unavailable(reason("asks to try again"), "provider_failed", true);
    default:
      if (status < 500) return unavailable(reason("rejects the call"), "configuration_rejected", false);
      return { ...unavailable(reason("failed"), "provider_failed", true), retryAfterMs: retryAfter(headers) };
  }
}

export function unavailable(what: string, fault: EmbedderFault, retry: boolean): Failure {
  return { error: new EmbeddingUnavailable(`the embedding provider ${what}`, fault), retry };
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
