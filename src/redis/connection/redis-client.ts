import { createClient } from "redis";
import { clientName } from "../schemas.js";
import { scripts } from "../scripts/index.js";

export interface RedisOptions {
  readonly url: string;
  readonly onError?: (error: Error) => void;
  /** How long a command may take, milliseconds; see {@link GatewayOptions}. */
  readonly timeoutMs?: number;
  /** By which a cluster's own indexes are known. */
  readonly keyPrefix?: string;
}

export type RedisClient = ReturnType<typeof createRedisClient>;

/** Commands that need one server: they have no key, or several of them belong together. */
type OfOneServer =
  | Both<"multi" | "info" | "ping" | "scan" | "time" | "wait" | "publish" | "select" | "watch" | "unwatch">
  | Both<"keys" | "dbsize" | "randomkey" | "monitor" | "subscribe" | "pSubscribe" | "sSubscribe">
  | `${Both<"acl" | "client" | "cluster" | "config" | "flush" | "module" | "script">}${string}`
  | "ft"
  | "FT"
  | "duplicate"
  | "scanIterator";

type Both<Name extends string> = Lowercase<Name> | Uppercase<Name> | Name;

/**
 * What runs commands about keys, on whichever server has them. On a cluster nothing else works; a question to a server
 * itself goes to a node of {@link Nodes}.
 */
export type RoutedClient = Omit<RedisClient, OfOneServer>;

/**
 * A client that fails at once while Redis is away, and comes back by itself.
 * Nothing is queued while it is disconnected: a caller who was told 503 must not find the write done later.
 */
export function createRedisClient({ url, onError = () => {} }: RedisOptions) {
  let everReady = false;
  const client = createClient({
    url,
    name: clientName(),
    // A hundred hits are one flat array in RESP2, and a hundred maps in RESP3: reading those took a recall longer
    // than finding them took Redis.
    RESP: 2,
    // node-redis would make an AbortSignal with a timer for every command; the gateway below has its own.
    commandOptions: { timeout: 0 },
    scripts,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 2000,
      keepAlive: true,
      // A Redis that was never there is a matter for whoever starts us; one that went away comes back.
      reconnectStrategy: (retries: number, cause: Error) =>
        everReady ? Math.min(20 * 2 ** Math.min(retries, 5), 500) + Math.random() * 50 : cause,
    },
  });
  client.on("error", onError);
  client.on("ready", () => (everReady = true));
  return client;
}
