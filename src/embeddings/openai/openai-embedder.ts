import { setTimeout as sleep } from "node:timers/promises";

import { reasonOf, untilAborted } from "../abort.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "../embedder.js";
import type { Embedder } from "../embedder.js";
import { createLimit } from "../limit.js";
import { modelId } from "../model-id.js";
import { passageSizes, splitPassages } from "../passages.js";
import type { PassageOptions } from "../passages.js";
import { callProvider, loadClient } from "./call.js";
import type { ProviderOptions } from "./call.js";
import { estimate } from "./estimate.js";
import { failureOf, refusesEncoding, unavailable } from "./failure.js";
import type { Failure } from "./failure.js";

export interface OpenAIEmbedderOptions {
  readonly apiKey: string;
  /** Any endpoint that speaks OpenAI's protocol. */
  readonly baseURL?: string | undefined;
  readonly model?: string | undefined;
  /** Required for a model that isn't OpenAI's own; shortens the vectors of `text-embedding-3-*`. */
  readonly dimensions?: number | undefined;
  /** Time limit of one HTTP request, including its body. */
  readonly timeoutMs?: number | undefined;
  /** After the first try, on 429, 5xx and failures of the network. */
  readonly maxRetries?: number | undefined;
  /** Most texts in one request. */
  readonly batchSize?: number | undefined;
  /** Most requests at a time for one call's passages. */
  readonly maxConcurrency?: number | undefined;
  readonly encoding?: "base64" | "float" | undefined;
  readonly passages?: PassageOptions | undefined;
}

const DIMENSIONS: Readonly<Record<string, number>> = {
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
  "text-embedding-ada-002": 1536,
};
const WINDOW = 8_191;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;
/** How long an outcome answers `ready` without another request. */
const HEALTHY_MS = 30_000;
const UNHEALTHY_MS = 5_000;
const timedOut = (): Failure => unavailable("timed out", "timed_out", false);
/** Of a refusal: this text, the encoding, or the configuration (then every request is refused). `unknown`: not in time. */
type Cause = "text" | "encoding" | "configuration" | "unknown";
/** A text that no provider has a reason to refuse. */
const PROBE = "ready";

/**
 * Embeddings of OpenAI or a compatible provider, through LangChain. Throws if the options don't determine
 * the dimension. Nothing is sent before the first call.
 */
export function createOpenAIEmbedder({
  apiKey,
  baseURL = "https://api.openai.com/v1",
  model = "text-embedding-3-small",
  dimensions = DIMENSIONS[model],
  timeoutMs = 10_000,
  maxRetries = 2,
  batchSize = 64,
  maxConcurrency = 4,
  encoding = "base64",
  passages = {},
}: OpenAIEmbedderOptions): Embedder {
  if (dimensions === undefined)
    throw new Error(`the embedding model ${model} needs its dimensions configured`);
  if (!Number.isInteger(dimensions) || dimensions < 1)
    throw new RangeError("dimensions must be a positive integer");
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError("batchSize must be a positive integer");
  const sizes = passageSizes(passages, WINDOW);
  const sendDimensions = dimensions !== DIMENSIONS[model] && model !== "text-embedding-ada-002";
  const provider: ProviderOptions = {
    apiKey,
    baseURL,
    model,
    dimensions,
    sendDimensions,
    encoding,
    timeoutMs,
  };
  const closing = new AbortController();
  const closed = new EmbeddingUnavailable("the embedder is closed");
  let health: { readonly at: number; readonly error?: EmbeddingUnavailable } | undefined;
  let probe: Promise<unknown> | undefined;
  let used = encoding;
  let acceptedAt = Number.NEGATIVE_INFINITY;
  let trial: Promise<Cause> | undefined;

  async function send(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const vectors = await callProvider(texts, { ...provider, encoding: used }, signal);
    acceptedAt = Date.now();
    return vectors;
  }

  /** Numbers instead of base64, for good, if the provider takes those. */
  async function switchToNumbers(signal: AbortSignal): Promise<boolean> {
    if (used === "float") return false;
    const probed = callProvider([PROBE], { ...provider, encoding: "float" }, signal);
    const taken = await probed.then(
      () => true,
      () => false,
    );
    if (taken) used = "float";
    return taken;
  }

  async function findCause(signal: AbortSignal): Promise<Cause> {
    const before = used;
    try {
      await send([PROBE], signal);
      return before === used ? "text" : "encoding";
    } catch {
      if (await switchToNumbers(signal)) return "encoding";
      return signal.aborted ? "unknown" : "configuration";
    }
  }

  /**
   * Concurrent refusals share one trial, which goes on when the caller that began it has gone. There is no trial while the
   * provider accepts other texts.
   */
  async function causeOf(signal: AbortSignal): Promise<Cause> {
    if (Date.now() - acceptedAt < HEALTHY_MS) return "text";
    trial ??= findCause(AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])).finally(
      () => (trial = undefined),
    );
    return untilAborted(trial, signal).catch(() => "unknown");
  }

  /** Undefined: the texts may be sent again, in another encoding. */
  async function explain(thrown: unknown, signal: AbortSignal): Promise<Failure | undefined> {
    if (thrown instanceof EmbeddingUnavailable) return { error: thrown, retry: false };
    if (refusesEncoding(thrown) && (await switchToNumbers(signal))) return undefined;
    const failure = failureOf(thrown);
    if (!(failure.error instanceof EmbeddingRefused)) return failure;
    const cause = await causeOf(signal);
    if (cause === "encoding") return undefined;
    if (cause === "text") return failure;
    if (cause === "unknown") return timedOut();
    return unavailable(
      "refuses every text: check the model and its parameters",
      "configuration_rejected",
      false,
    );
  }

  async function request(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    await loadClient();
    // One time limit for all tries together, and for finding out why one was refused.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("time-out", "TimeoutError")), timeoutMs);
    const ends = [closing.signal, late.signal, ...(signal === undefined ? [] : [signal])];
    try {
      return await requestUntil(texts, signal, AbortSignal.any(ends), late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async function requestUntil(
    texts: readonly string[],
    signal: AbortSignal | undefined,
    either: AbortSignal,
    late: AbortSignal,
  ): Promise<Float32Array[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        throwIfDone(signal);
        const vectors = await send(texts, either);
        health = { at: Date.now() };
        return vectors;
      } catch (thrown) {
        throwIfDone(signal);
        const found = late.aborted ? timedOut() : await explain(thrown, either);
        // Finding out why a text was refused may hang as well.
        const failure = late.aborted ? timedOut() : found;
        throwIfDone(signal);
        if (failure === undefined) continue;
        const { error, retry, retryAfterMs = 0 } = failure;
        const pause = Math.max(backoff(attempt), retryAfterMs);
        const goesOn = retry && attempt < maxRetries && pause <= MAX_BACKOFF_MS && !late.aborted;
        if (goesOn) await sleep(pause, undefined, { signal: either }).catch(() => throwIfDone(signal));
        if (goesOn && !late.aborted) continue;
        // A provider that refuses an input is well.
        health = error instanceof EmbeddingRefused ? { at: Date.now() } : { at: Date.now(), error };
        throw error;
      }
    }
  }

  function throwIfDone(signal: AbortSignal | undefined): void {
    if (closing.signal.aborted) throw closed;
    if (signal?.aborted === true) throw reasonOf(signal);
  }

  async function embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    return await untilAborted(request(texts.map(wellFormed), signal), signal);
  }

  return {
    model: { provider: "openai", name: model, id: modelId(model, dimensions), dimensions },
    passages: async (content) => {
      throwIfDone(undefined);
      return splitPassages(content, estimate, sizes);
    },
    async embedPassages(texts, signal) {
      throwIfDone(signal);
      // The first failure takes the call's other batches with it.
      const failed = new AbortController();
      const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
      const limited = createLimit(maxConcurrency);
      try {
        const batches = chunk(texts, batchSize).map((batch) => limited(() => embed(batch, either)));
        return (await untilAborted(Promise.all(batches), signal)).flat();
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    },
    async embedQuery(text, signal) {
      throwIfDone(signal);
      const [vector] = await embed([text], signal);
      if (vector === undefined)
        throw new EmbeddingUnavailable("the embedding provider sent no vector", "malformed_reply");
      return vector;
    },
    async ready(signal) {
      throwIfDone(signal);
      const age = Date.now() - (health?.at ?? Number.NEGATIVE_INFINITY);
      if (health?.error === undefined ? age < HEALTHY_MS : age < UNHEALTHY_MS) {
        if (health?.error !== undefined) throw health.error;
        return;
      }
      probe ??= request([PROBE], undefined).finally(() => (probe = undefined));
      await untilAborted(probe, signal);
    },
    async close() {
      closing.abort();
    },
  };
}

/** Exponential, with jitter so that several services don't come back in step; in milliseconds. */
function backoff(attempt: number): number {
  return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** A lone surrogate has no UTF-8; some providers refuse a request with one. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\ufffd");

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
