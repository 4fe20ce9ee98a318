/** What each connection to a server is made with, but its address. */
export function clientSettings(tls: boolean) {
  return {
    // Nothing is queued while it is disconnected: a caller who was told 503 must not find the write done later.
    disableOfflineQueue: true,
    // node-redis would make an AbortSignal with a timer for every command; the gateway has its own.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: 2000,
      keepAlive: true,
      ...(tls ? { tls: true as const } : {}),
    },
  };
}

/** How a client comes back to its server. Each client has its own. */
export interface Return {
  /** For node-redis: milliseconds until the next attempt, or the cause for which there is none. */
  readonly reconnectStrategy: (retries: number, cause: Error) => number | Error;
  /** It has been there. */
  reached(): void;
}

/** A server that was never there is given up at once; to one that went away, the client comes back. */
export function returning(): Return {
  let everReached = false;
  return {
    reconnectStrategy: (retries, cause) =>
      everReached ? Math.min(20 * 2 ** Math.min(retries, 5), 500) + Math.random() * 50 : cause,
    reached: () => void (everReached = true),
  };
}
