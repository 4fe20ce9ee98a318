import { errorOf, MnemeError } from "./errors.js";
import type { Settings } from "./options.js";

/** Whether a request is sent again where it may have been done; `until gone`: a 404 says then that it was. */
export type Repeat = "always" | "until gone" | "never";

export interface Request {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly repeat: Repeat;
  /** The caller's own limit of an attempt. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Sends a request, again where that is safe, and gives the body of a success. Rejects with a {@link MnemeError}. */
export type Send = (request: Request) => Promise<unknown>;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** The service, or what stands before it, may do it later. The last two may come after the act was done. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 503, 502, 504]);
/** An earlier attempt is still being worked on. */
const DOING: ReadonlySet<string> = new Set(["idempotency_busy", "transfer_busy"]);
/** Of these, nothing was done. */
const UNDONE: ReadonlySet<number> = new Set([429]);

export function createSend(settings: Settings): Send {
  let answered = false;
  return async (request) => {
    const began = performance.now();
    let unsure = false;
    for (let attempt = 0; ; attempt++) {
      const limit = answered ? settings.retryForMs : Math.min(settings.connectTimeoutMs, settings.retryForMs);
      const most = answered ? settings.timeoutMs : Math.min(settings.timeoutMs, settings.connectTimeoutMs);
      try {
        const body = await sendOnce(settings, request, request.timeoutMs ?? most);
        answered = true;
        return body;
      } catch (error) {
        if (!(error instanceof MnemeError)) throw error;
        if (unsure && error.status === 404 && request.repeat === "until gone") return undefined;
        unsure ||= error.status === undefined || !UNDONE.has(error.status);
        answered ||= error.status !== undefined && error.code !== "bad_answer";
        const pause = pauseAfter(error, request, attempt);
        const left = limit - (performance.now() - began);
        if (pause === undefined || attempt >= settings.retries || pause > left) throw error;
        await sleep(pause, request.signal);
      }
    }
  };
}

/** How long to wait before the next attempt; undefined: there must be none. */
function pauseAfter(error: MnemeError, { repeat }: Request, attempt: number): number | undefined {
  const { status, code, retryAfterMs } = error;
  const repeatable = repeat !== "never";
  const passes =
    status === undefined
      ? repeatable && code === "unreachable"
      : DOING.has(code) || (PASSING.has(status) && (repeatable || UNDONE.has(status)));
  if (!passes) return undefined;
  const most = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS);
  return (retryAfterMs ?? most / 2) + (Math.random() * most) / 2;
}

async function sendOnce(settings: Settings, request: Request, timeoutMs: number): Promise<unknown> {
  const { method, path, headers, body, signal } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await settings.fetch(settings.url + path, {
      method,
      headers: { accept: "application/json", ...settings.headers, ...headers },
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    text = await response.text();
  } catch (error) {
    throw failure(settings, error, timeout.aborted ? timeoutMs : undefined, signal);
  }
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/.test(response.headers.get("content-type") ?? "");
  if (!response.ok) throw errorOf(response.status, isJson ? parse(text) : undefined, retryAfterOf(response));
  if (text === "") return undefined;
  return isJson ? parse(text) : text;
}

/** The reason of the caller's own abort; else what kept the answer away. */
export function failure(
  { url }: Pick<Settings, "url">,
  error: unknown,
  timedOutAfterMs: number | undefined,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted === true) return signal.reason;
  const { origin } = new URL(url);
  if (timedOutAfterMs !== undefined) {
    const detail = `There was no answer from ${origin} within ${Math.round(timedOutAfterMs)} ms.`;
    return new MnemeError("timeout", detail, { cause: error });
  }
  return new MnemeError("unreachable", `mneme can't be reached at ${origin}: ${reasonOf(error)}.`, {
    cause: error,
  });
}

/** fetch only says "fetch failed". The reason is in its cause, or in those of each address that was tried. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || error.name;
}

/** Undefined: the service names no time. */
function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = headers.get("retry-after");
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
