export interface MnemeStoreOptions {
  /** The mneme service's URL: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Needed once the service has any. What it may read and write, the store may. */
  readonly apiKey?: string;
  /** The root of the store's namespaces: a namespace of mneme, such as `acme.store`. Default: none. */
  readonly rootNamespace?: string;
  /**
   * The parts of a value that `query` searches, unless `put` sets others: paths such as `title`, `chapters[*].content`
   * or `authors[-1].name`; `$` is all of it. Default: `["$"]`.
   */
  readonly index?: { readonly fields?: readonly string[] };
  /** Time to live of items, from their last put. Default: as the service is configured, which is no expiry. */
  readonly ttlSeconds?: number;
  /** Time limit of one request, in milliseconds. Default: 30 s. */
  readonly timeoutMs?: number;
  /**
   * Time limit of the service's first answer, retries included, in milliseconds: a wrong url is an error after that.
   * Default: 10 s.
   */
  readonly connectTimeoutMs?: number;
  /** Number of retries when the service is down or asks to wait. Default: 4. */
  readonly retries?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Options with their defaults. */
export interface Settings {
  readonly url: string;
  readonly apiKey: string | undefined;
  /** The root's labels. */
  readonly root: readonly string[];
  readonly fields: readonly string[];
  readonly ttlSeconds: number | undefined;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly retries: number;
  readonly fetch: typeof globalThis.fetch;
}

const NAMESPACE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

export function readOptions(options: MnemeStoreOptions): Settings {
  const { url, apiKey, rootNamespace, index, ttlSeconds, timeoutMs = 30_000, retries = 4 } = options;
  const { connectTimeoutMs = 10_000 } = options;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TypeError(
      `url must be that of a mneme service, such as http://127.0.0.1:8080, not ${JSON.stringify(url)}.`,
    );
  }
  for (const [name, value] of Object.entries({ timeoutMs, connectTimeoutMs })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new RangeError(`${name} must be a number of milliseconds above 0, not ${value}.`);
    }
  }
  if (rootNamespace !== undefined && !NAMESPACE.test(rootNamespace)) {
    throw new TypeError(
      `rootNamespace must be labels of letters, digits, "_" and "-", joined by dots, not ${JSON.stringify(rootNamespace)}.`,
    );
  }
  if (ttlSeconds !== undefined && !(Number.isInteger(ttlSeconds) && ttlSeconds > 0)) {
    throw new RangeError(`ttlSeconds must be a whole number above 0, not ${ttlSeconds}.`);
  }
  return {
    url: url.replace(/\/+$/, ""),
    apiKey,
    root: rootNamespace?.split(".") ?? [],
    fields: index?.fields ?? ["$"],
    ttlSeconds,
    timeoutMs,
    connectTimeoutMs,
    retries,
    fetch: options.fetch ?? globalThis.fetch,
  };
}
