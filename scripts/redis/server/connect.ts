import { createClient } from "redis";
import { openConnection } from "../../../src/redis/connection/open-connection.js";

export interface RedisAddress {
  readonly port?: number;
  readonly unixSocket?: string;
  readonly password?: string;
  /** Instead of the others: a redis:// URL. */
  readonly url?: string;
}

/** A connection that fails at once instead of trying again. The caller destroys it. */
export async function connectOnce({ port, unixSocket, password, url }: RedisAddress) {
  const reconnect = { reconnectStrategy: false, connectTimeout: 5000 } as const;
  const client = createClient({
    ...(url === undefined ? {} : { url }),
    ...(password === undefined ? {} : { password }),
    disableOfflineQueue: true,
    socket:
      unixSocket !== undefined
        ? { path: unixSocket, ...reconnect }
        : url !== undefined
          ? reconnect
          : { host: "127.0.0.1", ...(port === undefined ? {} : { port }), ...reconnect },
  });
  // Without a listener, an error event would end the process; what matters rejects the pending call.
  client.on("error", () => {});
  await openConnection(client);
  return client;
}

export type RedisConnection = Awaited<ReturnType<typeof connectOnce>>;

/** The address as a URL that node-redis understands. */
export function urlOf(port: number, password?: string): string {
  return `redis://${password === undefined ? "" : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
}
