import type { OpenAIEmbeddings } from "@langchain/openai";

import { EmbeddingUnavailable } from "../embedder.js";
import { unavailable } from "./failure.js";
import { bodyInOrder } from "./in-order.js";
import { lengthOf, toVector } from "./reply.js";

export interface ProviderOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly model: string;
  readonly dimensions: number;
  /** Whether to send `dimensions`, which not every model accepts. */
  readonly sendDimensions: boolean;
  readonly encoding: "base64" | "float";
  readonly timeoutMs: number;
}

/** Loaded with the first call, and no part of the provider's time. */
export const loadClient = async () => import("@langchain/openai");

/** One HTTP request for one batch. Rejects with the client's own error, see `failureOf`. */
export async function callProvider(
  texts: readonly string[],
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  // Not AbortSignal.timeout: in Node 20 a garbage collection takes it away from under AbortSignal.any, and a request
  // to a provider that hangs never ends.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("time-out", "TimeoutError")), options.timeoutMs);
  let disordered = false;
  const ordered = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const either = AbortSignal.any([signal, late.signal]);
    const response = await fetch(url, { ...init, signal: either });
    if (!response.ok) return response;
    // LangChain assigns vectors by position and ignores their `index`.
    const body = bodyInOrder(await response.text(), texts.length);
    disordered = body === undefined;
    return new Response(body ?? "{}", { status: response.status, headers: response.headers });
  };
  const client = await createClient(options, ordered, texts.length);
  const entries: readonly unknown[] = await client
    .embedDocuments([...texts])
    .catch((error: unknown) => {
      if (disordered)
        throw unavailable(
          "sent a malformed reply: a vector is missing or duplicated",
          "malformed_reply",
          true,
        ).error;
      // The client throws this when the reply isn't JSON.
      if (error instanceof SyntaxError || isMisread(error))
        throw unavailable("sent a malformed reply", "malformed_reply", true).error;
      throw error;
    })
    .finally(() => clearTimeout(timer));
  return entries.map((entry) => {
    const vector = toVector(entry, options.dimensions);
    if (vector !== undefined) return vector;
    throw unfit(entry, options.dimensions);
  });
}

function unfit(entry: unknown, dimensions: number): EmbeddingUnavailable {
  const length = lengthOf(entry);
  if (length === undefined || length === dimensions) {
    return new EmbeddingUnavailable(
      `the embedding provider didn't send ${dimensions} finite numbers`,
      "not_finite",
    );
  }
  return new EmbeddingUnavailable(
    `the embedding provider sent ${length} dimensions instead of ${dimensions}`,
    "wrong_dimensions",
  );
}

/**
 * A client per request costs a few objects and lets the request have its own signal, which LangChain has no
 * parameter for. The signal also bounds the reading of the body, which the client's time-out doesn't.
 *
 * Set against the defaults: new lines stay; no retries below ours (six, up to a minute apart); one batch
 * is one request; nothing is taken from the environment.
 */
async function createClient(
  options: ProviderOptions,
  fetchInOrder: typeof fetch,
  batchSize: number,
): Promise<OpenAIEmbeddings> {
  const { OpenAIEmbeddings } = await loadClient();
  return new OpenAIEmbeddings({
    apiKey: options.apiKey,
    model: options.model,
    ...(options.sendDimensions ? { dimensions: options.dimensions } : {}),
    encodingFormat: options.encoding,
    stripNewLines: false,
    maxRetries: 0,
    batchSize,
    timeout: options.timeoutMs,
    configuration: {
      baseURL: options.baseURL,
      organization: null,
      project: null,
      logLevel: "off",
      fetch: fetchInOrder,
    },
  });
}

/** LangChain reads the reply unchecked, hence TypeErrors; undici says `terminated` when the connection ends early. */
const isMisread = (error: unknown): boolean => error instanceof TypeError && error.message !== "terminated";
