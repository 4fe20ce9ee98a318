import { setTimeout as sleep } from "node:timers/promises";
import type { Memory, MemoryPage, NamespacePage, NewItem, Recalled } from "./api.js";
import { MnemeStoreError } from "./errors.js";
import type { MnemeFieldError } from "./errors.js";
import type { Settings } from "./options.js";

type Parameters = Readonly<Record<string, string | number | undefined>>;

/** The service's routes that the store needs. Each may be sent twice and comes to the same. */
export interface Client {
  getItem(namespace: string, key: string): Promise<Memory | undefined>;
  putItem(namespace: string, key: string, item: NewItem): Promise<void>;
  deleteItem(namespace: string, key: string): Promise<void>;
  listMemories(parameters: Parameters): Promise<MemoryPage>;
  listNamespaces(parameters: Parameters): Promise<NamespacePage>;
  recall(request: Readonly<Record<string, unknown>>): Promise<Recalled>;
}

export function createClient(settings: Settings): Client {
  const send = createSender(settings);
  const itemPath = (namespace: string, key: string): string =>
    `/v1/namespaces/${namespace}/items/${encodeURIComponent(key)}`;
  return {
    getItem: async (namespace, key) => {
      const answer = await send("GET", itemPath(namespace, key));
      return isMissing(answer) ? undefined : bodyOf<Memory>(answer);
    },
    putItem: async (namespace, key, item) => {
      bodyOf(await send("PUT", itemPath(namespace, key), item));
    },
    deleteItem: async (namespace, key) => {
      const answer = await send("DELETE", itemPath(namespace, key));
      if (!isMissing(answer)) bodyOf(answer);
    },
    listMemories: async (parameters) =>
      bodyOf<MemoryPage>(await send("GET", `/v1/list?${query(parameters)}`)),
    listNamespaces: async (parameters) =>
      bodyOf<NamespacePage>(await send("GET", `/v1/namespaces?${query(parameters)}`)),
    recall: async (request) => bodyOf<Recalled>(await send("POST", "/v1/recall", request)),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** There is no such item; any other 404 means that this isn't a mneme. */
function isMissing({ status, body }: Answer): boolean {
  return status === 404 && fieldOf(body, "code") === "not_found";
}

/** An answer has the shape of its route's schema: the service's own tests check each answer against it. */
function bodyOf<Body>({ status, body }: Answer): Body {
  if (status >= 200 && status < 300) return body as Body;
  throw refusal(status, body);
}

function refusal(status: number, body: unknown): MnemeStoreError {
  const code = fieldOf(body, "code");
  const detail = fieldOf(body, "detail");
  if (typeof code !== "string" || typeof detail !== "string") {
    return new MnemeStoreError(
      "bad_answer",
      `The answer (HTTP ${status}) isn't from a mneme service. Check the url.`,
      {
        status,
      },
    );
  }
  const errors = fieldOf(body, "errors");
  return new MnemeStoreError(code, detail, {
    status,
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
  });
}

function isFieldError(value: unknown): value is MnemeFieldError {
  return typeof fieldOf(value, "field") === "string" && typeof fieldOf(value, "message") === "string";
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

function query(parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.toString();
}

const FIRST_PAUSE_MS = 100;
/** A longer Retry-After is an error for the caller. */
const LONGEST_PAUSE_MS = 10_000;

type SendRequest = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Before the first answer, the url may be wrong: then the connect timeout bounds all attempts together. */
function createSender(settings: Settings): SendRequest {
  let answered = false;
  return async (method, path, body) => {
    const deadline = performance.now() + settings.connectTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      const backoff = FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2);
      const left = deadline - performance.now();
      try {
        const timeoutMs = answered
          ? settings.timeoutMs
          : Math.min(settings.timeoutMs, Math.max(1, Math.ceil(left)));
        const { retryAfterMs, ...answer } = await sendOnce(settings, method, path, body, timeoutMs);
        answered = true;
        const last = attempt >= settings.retries || (retryAfterMs ?? 0) > LONGEST_PAUSE_MS;
        if (last || retryAfterMs === undefined) return answer;
        await sleep(Math.max(retryAfterMs, backoff));
      } catch (error) {
        const last = attempt >= settings.retries || (!answered && backoff >= left);
        if (last || !(error instanceof MnemeStoreError && error.code === "unreachable")) throw error;
        await sleep(backoff);
      }
    }
  };
}

async function sendOnce(
  { url, apiKey, fetch }: Settings,
  method: string,
  path: string,
  body: unknown,
  timeoutMs: number,
): Promise<Answer & { readonly retryAfterMs: number | undefined }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        accept: "application/json",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(text === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(text === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.status,
      body: parse(await response.text()),
      retryAfterMs: retryAfter(response),
    };
  } catch (error) {
    const { origin } = new URL(url);
    if (error instanceof DOMException && error.name === "TimeoutError") {
      const message = `There was no answer from ${origin} within ${Math.round(timeoutMs)} ms.`;
      throw new MnemeStoreError("timeout", message, { cause: error });
    }
    throw new MnemeStoreError("unreachable", `mneme can't be reached at ${origin}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** fetch only says "fetch failed". The reason is in its cause, or in those of each address that was tried. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/** Undefined: there is nothing to wait for. */
function retryAfter({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = headers.get("retry-after");
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
