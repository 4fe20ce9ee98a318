export interface ClientOptions {
  /** The service's URL: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Needed once the service has any. */
  readonly apiKey?: string;
  /** Time limit of one attempt, in milliseconds. Default: 30 s. */
  readonly timeoutMs?: number;
  /**
   * How long a request that may be sent again is, while the service is away or asks to wait, in milliseconds. Default:
   * 20 s, which bridges a restart. 0: it is sent once.
   */
  readonly retryForMs?: number;
  /** The same until the service's first answer: a wrong url is an error after that. Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /**
   * A stream of events that sends nothing for this long is opened again, in milliseconds. Default: 60 s, four of the
   * service's heartbeats.
   */
  readonly silenceMs?: number;
  /** Most attempts after the first one. Default: as many as the time allows. */
  readonly retries?: number;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Options with their defaults. */
export interface Settings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retryForMs: number;
  readonly connectTimeoutMs: number;
  readonly silenceMs: number;
  readonly retries: number;
  readonly fetch: typeof globalThis.fetch;
}

const NAMES: ReadonlySet<string> = new Set([
  "url",
  "apiKey",
  "timeoutMs",
  "retryForMs",
  "connectTimeoutMs",
  "silenceMs",
  "retries",
  "headers",
  "fetch",
]);

export function readOptions(options: ClientOptions): Settings {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `There is no option ${unknown.join(", ")}. The options are ${[...NAMES].join(", ")}.`,
    );
  }
  const { url, apiKey, timeoutMs = 30_000, retryForMs = 20_000 } = options;
  const { connectTimeoutMs = 10_000, silenceMs = 60_000 } = options;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TypeError(
      `url must be that of a mneme service, such as http://127.0.0.1:8080, not ${JSON.stringify(url)}.`,
    );
  }
  for (const [name, value] of Object.entries({ timeoutMs, connectTimeoutMs, silenceMs })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new RangeError(`${name} must be a number of milliseconds above 0, not ${value}.`);
    }
  }
  if (!(Number.isFinite(retryForMs) && retryForMs >= 0)) {
    throw new RangeError(`retryForMs must be a number of milliseconds from 0, not ${retryForMs}.`);
  }
  return {
    url: url.replace(/\/+$/, ""),
    headers: { ...options.headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) },
    timeoutMs,
    retryForMs,
    connectTimeoutMs,
    silenceMs,
    retries: options.retries ?? Number.POSITIVE_INFINITY,
    // Called as a method, fetch of a browser would throw.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}
