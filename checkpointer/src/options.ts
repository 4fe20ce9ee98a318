import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { RedisClientOptions } from "redis";

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
  /**
   * Prunes a thread as it grows: at least this many of the newest checkpoints of each namespace are kept, and at most
   * half as many more, besides what `prune` keeps anyway. Default: all.
   */
  readonly keepLast?: number;
  /**
   * How long Redis may give no answer at all before an operation rejects with a `RedisTimeoutError`, in milliseconds.
   * Default: 10 s.
   */
  readonly operationTimeoutMs?: number;
  /** @deprecated The name of `@langchain/langgraph-checkpoint-redis`, in minutes: use `ttl: { seconds }`. */
  readonly defaultTTL?: number;
  /** @deprecated The name of `@langchain/langgraph-checkpoint-redis`: use `ttl: { refreshOnRead }`. */
  readonly refreshOnRead?: boolean;
}

export interface FromUrlOptions extends RedisSaverOptions {
  /** Time limit of the first connection with its handshake, in milliseconds. Default: 5 s. */
  readonly connectTimeoutMs?: number;
  /** Options of node-redis's `createClient`, such as `socket: { tls: true, ca }`, `username` or `name`. */
  readonly client?: Omit<RedisClientOptions, "url">;
}

const NAMES: ReadonlySet<string> = new Set([
  "serde",
  "keyPrefix",
  "namespace",
  "ttl",
  "compression",
  "keepLast",
  "operationTimeoutMs",
  "defaultTTL",
  "refreshOnRead",
]);

/** Throws for an option that nothing reads: passed over, it would not do what its writer meant. */
export function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
  if (unknown.length === 0) return;
  throw new TypeError(
    `RedisSaver has no option ${unknown.join(", ")}. Its options are ${[...NAMES].filter((name) => !OF_OTHERS.has(name)).join(", ")}; those of node-redis go into client of RedisSaver.fromUrl.`,
  );
}

const OF_OTHERS: ReadonlySet<string> = new Set(["defaultTTL", "refreshOnRead"]);
const DEFAULT_OPERATION_TIMEOUT_MS = 10_000;

export function readOperationTimeout(
  milliseconds: RedisSaverOptions["operationTimeoutMs"] = DEFAULT_OPERATION_TIMEOUT_MS,
): number {
  if (Number.isFinite(milliseconds) && milliseconds > 0) return milliseconds;
  throw new RangeError(`operationTimeoutMs must be a number of milliseconds above 0, not ${milliseconds}.`);
}

export function readKeepLast(keepLast: RedisSaverOptions["keepLast"]): number | undefined {
  if (keepLast === undefined || (Number.isSafeInteger(keepLast) && keepLast >= 1)) return keepLast;
  throw new RangeError(`keepLast must be a whole number from 1, not ${keepLast}.`);
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

export function readTtl(options: Pick<RedisSaverOptions, "ttl" | "defaultTTL" | "refreshOnRead">): Ttl {
  const ttl = options.ttl ?? officialTtl(options);
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

/** What `@langchain/langgraph-checkpoint-redis` calls its TTL; undefined: it isn't given. */
function officialTtl({ defaultTTL, refreshOnRead }: RedisSaverOptions): RedisSaverOptions["ttl"] {
  if (defaultTTL === undefined) {
    if (refreshOnRead === undefined) return undefined;
    throw new TypeError("refreshOnRead belongs into ttl: { seconds, refreshOnRead }.");
  }
  if (!(defaultTTL > 0)) throw new RangeError(`defaultTTL must be above 0 minutes, not ${defaultTTL}.`);
  const ttl = { seconds: defaultTTL * 60, ...(refreshOnRead === undefined ? {} : { refreshOnRead }) };
  process.emitWarning(
    `RedisSaver takes defaultTTL: ${defaultTTL} for ${defaultTTL} minutes. Write ttl: ${JSON.stringify(ttl)}.`,
    { type: "DeprecationWarning", code: "MNEME_DEFAULT_TTL" },
  );
  return ttl;
}

export function readCompression(compression: RedisSaverOptions["compression"]): number {
  if (compression === undefined) return Infinity;
  const { threshold } = compression;
  if (!(threshold >= 0)) throw new RangeError(`compression.threshold must be 0 or more, not ${threshold}.`);
  return threshold;
}
