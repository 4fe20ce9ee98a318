/** What each connection to a server is made with, but its address. Each has its own: they count what they have reached. */
export function clientSettings(tls: boolean) {
  return {
    // Nothing is queued while it is disconnected: a caller who was told 503 must not find the write done later.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 2000,
      keepAlive: true,
      ...(tls ? { tls: true as const } : {}),
      reconnectStrategy: (retries: number) =>
        Math.min(20 * 2 ** Math.min(retries, 5), 500) + Math.random() * 50,
    },
  };
}
