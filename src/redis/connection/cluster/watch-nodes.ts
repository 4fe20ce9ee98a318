import type { RedisClient } from "../redis-client.js";
import type { Nodes } from "../nodes.js";
import type { ConnectionWatch, WatchOptions } from "../watch-connection.js";
import { watchConnection } from "../watch-connection.js";

const LOOK_EVERY_MS = 500;

/** Watches the connection to each node; see {@link watchConnection}. */
export function watchNodes(
  nodes: Nodes,
  { onSilent = () => {}, onAnswer = async () => {} }: WatchOptions,
): ConnectionWatch {
  const watches = new Map<RedisClient, ConnectionWatch>();
  let looking = false;

  async function look(): Promise<void> {
    const present = new Set((await nodes.every()).map(({ client }) => client));
    for (const client of present) {
      if (!watches.has(client)) watches.set(client, watchConnection(client, { onSilent }));
    }
    for (const [client, watch] of watches) {
      if (present.has(client)) continue;
      watch.stop();
      watches.delete(client);
    }
    if ([...present].every((client) => client.isReady)) await onAnswer();
  }

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look()
      .catch(() => {})
      .finally(() => (looking = false));
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    renew: () => void nodes.refresh().catch(() => {}),
    stop() {
      clearInterval(timer);
      for (const watch of watches.values()) watch.stop();
    },
  };
}
