import { createClient } from "redis";
import { clientName } from "../schemas.js";
import { scripts } from "../scripts/index.js";
import { clientSettings, returning } from "./client-settings.js";

export interface RedisOptions {
  readonly url: string;
  readonly onError?: (error: Error) => void;
  /** Behind Sentinels, after the first connection: told at each look for the master whether any of them answered. */
  readonly onSentinels?: (reached: boolean) => void;
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

/** A client that fails at once while Redis is away, and comes back by itself. */
export function createRedisClient({ url, onError = () => {} }: RedisOptions) {
  const back = returning();
  const settings = clientSettings(false);
  const client = createClient({
    ...settings,
    url,
    name: clientName(),
    // A hundred hits are one flat array in RESP2, and a hundred maps in RESP3: reading those took a recall longer
    // than finding them took Redis.
    RESP: 2,
    scripts,
    socket: { ...settings.socket, reconnectStrategy: back.reconnectStrategy },
  });
  client.on("error", onError);
  client.on("ready", back.reached);
  return client;
}
