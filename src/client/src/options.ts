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

/** What an HTTP header can carry. */
const HEADER = /^[\t\x20-\x7e\x80-\xff]*$/;

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
    headers: {
      ...checkedHeaders(options.headers ?? {}),
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${checkedKey(apiKey)}` }),
    },
    timeoutMs,
    retryForMs,
    connectTimeoutMs,
    silenceMs,
    retries: options.retries ?? Number.POSITIVE_INFINITY,
    // Called as a method, fetch of a browser would throw.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

/** Without its line end. No error quotes a key or a header, which may be secret: fetch's own would. */
function checkedKey(apiKey: string): string {
  const key = apiKey.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new TypeError("apiKey must be one line of visible ASCII characters.");
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [wrong] = Object.entries(headers).find(([, value]) => !HEADER.test(value.trim())) ?? [];
  if (wrong === undefined) return headers;
  throw new TypeError(`The header ${wrong} has a character that no header can have.`);
}
