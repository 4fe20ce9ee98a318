import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";

export interface RedisSaverOptions {
  /** Default: LangGraph's own JSON. */
  readonly serde?: SerializerProtocol;
  /** The prefix of every key: savers with other prefixes don't see each other's threads. Default `mneme:graph`. */
  readonly keyPrefix?: string;
  /**
   * Keeps the threads apart from those of other namespaces, under keys of their own. A namespace of mneme, such as
   * `acme.agents.support`: in a mneme service over the same Redis, its readers can see the threads.
   */
  readonly namespace?: string;
  /** A thread expires as a whole, this long after its last write, or after its last read too. Default: never. */
  readonly ttl?: { readonly seconds: number; readonly refreshOnRead?: boolean };
  /** Deflates payloads from this size on, in bytes. Default: none. */
  readonly compression?: { readonly threshold: number };
}

export interface FromUrlOptions extends RedisSaverOptions {
  /** Time limit of the first connection with its handshake, in milliseconds. Default: 5 s. */
  readonly connectTimeoutMs?: number;
}

const DEFAULT_KEY_PREFIX = "mneme:graph";

/** Labels joined by dots: no namespace's keys can be taken for those of a thread, or of another namespace. */
const NAMESPACE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** The prefix of every key of a saver. */
export function readKeyPrefix({
  keyPrefix = DEFAULT_KEY_PREFIX,
  namespace,
}: Pick<RedisSaverOptions, "keyPrefix" | "namespace">): string {
  if (namespace === undefined) return keyPrefix;
  if (!NAMESPACE.test(namespace)) {
    throw new TypeError(
      `namespace must be labels of letters, digits, "_" and "-", joined by dots, not ${JSON.stringify(namespace)}.`,
    );
  }
  return `${keyPrefix}:${namespace}`;
}

/** The TTL in milliseconds as scripts take it: `0` for none. */
export interface Ttl {
  readonly onWrite: string;
  readonly onRead: string;
}

export function readTtl(ttl: RedisSaverOptions["ttl"]): Ttl {
  if (ttl === undefined) return { onWrite: "0", onRead: "0" };
  const milliseconds = Math.round(ttl.seconds * 1000);
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 1) {
    throw new RangeError(`ttl.seconds must be a positive number, not ${ttl.seconds}.`);
  }
  return {
    onWrite: String(milliseconds),
    onRead: ttl.refreshOnRead === true ? String(milliseconds) : "0",
  };
}

export function readCompression(compression: RedisSaverOptions["compression"]): number {
  if (compression === undefined) return Infinity;
  const { threshold } = compression;
  if (!(threshold >= 0)) throw new RangeError(`compression.threshold must be 0 or more, not ${threshold}.`);
  return threshold;
}
