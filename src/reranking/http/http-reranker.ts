import { createBreaker } from "../../domain/breaker.js";
import type { Failing } from "../../domain/breaker.js";
import { untilAborted } from "../../embeddings/abort.js";
import type { RerankerApi } from "../api.js";
import { RerankerUnavailable } from "../reranker.js";
import type { Reranker, RerankerFault } from "../reranker.js";
import { told } from "../with-health.js";
import type { HealthListener } from "../with-health.js";
import { boundedText } from "./bounded-text.js";
import { readScores } from "./read-scores.js";

export interface HttpRerankerOptions {
  /** The address of the endpoint itself, such as `https://api.cohere.com/v2/rerank`. */
  readonly url: string;
  readonly api: RerankerApi;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  /** Time limit of a request, its body included. */
  readonly timeoutMs: number;
  readonly onHealth: HealthListener;
}

/** Echoed texts included. */
const REPLY_BYTES = 4 * 1024 * 1024;
/** Requests at once; one more is refused, so that a provider that is slow doesn't pile them up. */
const MOST_REQUESTS = 64;

/**
 * A reranker behind HTTP. Texts go to its address and nowhere else: a redirect isn't followed. One try, because a recall
 * has its fused order without it.
 *
 * A caller that gives up waits no longer; its request goes on to its own time limit, by which a provider that hangs is
 * noticed however impatient callers are.
 */
export function createHttpReranker(options: HttpRerankerOptions): Reranker {
  const breaker = createBreaker(
    judge,
    () => new RerankerUnavailable("the reranker failed repeatedly; calls to it are paused"),
  );
  const closing = new AbortController();
  let running = 0;

  async function ask(query: string, texts: readonly string[]): Promise<readonly number[]> {
    if (running >= MOST_REQUESTS)
      throw new RerankerUnavailable("too many requests to the reranker wait for an answer", "overloaded");
    running++;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), options.timeoutMs);
    try {
      return await request(options, query, texts, AbortSignal.any([closing.signal, late.signal]));
    } catch (error) {
      if (closing.signal.aborted) throw new RerankerUnavailable("the reranker is closed");
      if (late.signal.aborted) throw away("doesn't answer in time", "timed_out");
      throw error instanceof RerankerUnavailable ? error : away("can't be reached", "unreachable");
    } finally {
      clearTimeout(timer);
      running--;
    }
  }

  return {
    model: options.model ?? new URL(options.url).host,
    rerank: (query, texts, signal) =>
      untilAborted(
        breaker.guard(() => told(ask(query, texts), options.onHealth)),
        signal,
      ),
    ready: async () => {},
    close: async () => closing.abort(),
  };
}

async function request(
  { url, api, apiKey, model }: HttpRerankerOptions,
  query: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(
      api === "tei"
        ? { query, texts, truncate: true }
        : { ...(model === undefined ? {} : { model }), query, documents: texts },
    ),
    signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw refusalOf(response.status);
  }
  const body = await boundedText(response, REPLY_BYTES);
  const scores = body === undefined ? undefined : readScores(body, texts.length);
  if (scores === undefined) throw away("sent a malformed reply", "malformed_reply");
  return scores;
}

const away = (what: string, fault: RerankerFault): RerankerUnavailable =>
  new RerankerUnavailable(`the reranker ${what}`, fault);

function refusalOf(status: number): RerankerUnavailable {
  const refused = (what: string, fault: RerankerFault) => away(`${what} (HTTP ${status})`, fault);
  if (status === 401 || status === 403) return refused("rejects the key", "key_rejected");
  if (status === 404) return refused("doesn't know the model or the path", "model_unknown");
  if (status === 429) return refused("limits the rate", "rate_limited");
  if (status === 408 || status >= 500) return refused("failed", "provider_failed");
  return refused("rejects the call", "configuration_rejected");
}

/** A refusal may be about this call's texts only. */
function judge(error: unknown): Failing {
  if (!(error instanceof RerankerUnavailable) || error.fault === undefined) return "unknown";
  if (error.fault === "timed_out") return "hung";
  return error.fault === "configuration_rejected" ? "well" : "failed";
}
