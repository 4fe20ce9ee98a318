import { createClient } from "@mneme/client";
import type { MnemeClient } from "@mneme/client";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";

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
  /**
   * How long a request is repeated while the service is down or asks to wait, in milliseconds. Default: 20 s, which bridges
   * a restart.
   */
  readonly retryForMs?: number;
  /** Most retries of a request. Default: as many as the time allows. */
  readonly retries?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Options with their defaults. */
export interface Settings {
  readonly mneme: MnemeClient;
  /** The root's labels. */
  readonly root: readonly string[];
  readonly fields: readonly string[];
  readonly ttlSeconds: number | undefined;
  /** Of values that JSON has no form for. */
  readonly serde: SerializerProtocol;
}

const NAMES: ReadonlySet<string> = new Set([
  "url",
  "apiKey",
  "rootNamespace",
  "index",
  "ttlSeconds",
  "timeoutMs",
  "connectTimeoutMs",
  "retryForMs",
  "retries",
  "fetch",
]);

const NAMESPACE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

export function readOptions(options: MnemeStoreOptions): Settings {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `MnemeStore has no option ${unknown.join(", ")}. Its options are ${[...NAMES].join(", ")}.`,
    );
  }
  const { rootNamespace, index, ttlSeconds, ...connection } = options;
  if (rootNamespace !== undefined && !NAMESPACE.test(rootNamespace)) {
    throw new TypeError(
      `rootNamespace must be labels of letters, digits, "_" and "-", joined by dots, not ${JSON.stringify(rootNamespace)}.`,
    );
  }
  if (ttlSeconds !== undefined && !(Number.isInteger(ttlSeconds) && ttlSeconds > 0)) {
    throw new RangeError(`ttlSeconds must be a whole number above 0, not ${ttlSeconds}.`);
  }
  return {
    mneme: createClient(connection),
    root: rootNamespace?.split(".") ?? [],
    fields: index?.fields ?? ["$"],
    ttlSeconds,
    serde: new JsonPlusSerializer(),
  };
}
