import { storeFault } from "../../domain/store-fault.js";
import type { Nodes } from "./nodes.js";
import { createListeners } from "./listeners.js";
import { openConnection } from "./open-connection.js";
import { watchConnection } from "./watch-connection.js";

/**
 * What other processes say through Redis's Pub/Sub: a nudge to look again, never the news itself. A message is lost
 * while the connection is, so whoever listens is told when it's back, and looks then.
 */
export interface Subscriptions {
  /** Listens until the returned function is called. Resolves once Redis has taken the subscription. */
  listen(channel: string, onMessage: (message: string) => void): Promise<() => void>;
  /** Whether messages arrive now. */
  connected(): boolean;
  /** Called each time the connection is back: messages may have been missed. */
  onRestored(listener: () => void): () => void;
  close(): void;
}

/** Over a connection of its own: one that listens can do nothing else in RESP2. */
export async function createSubscriptions(
  nodes: Nodes,
  onError: (error: Error) => void,
): Promise<Subscriptions> {
  // Unlike the main connection it waits for its Redis: what it is asked for is wanted once Redis is back.
  const [only] = await nodes.every();
  if (only === undefined) throw storeFault("redis_unavailable");
  const connection = nodes.dedicated(only, "mneme-subscriptions", { disableOfflineQueue: false });
  connection.on("error", onError);
  const listeners = createListeners(() => connection);
  connection.on("ready", listeners.restored);
  try {
    await openConnection(connection);
  } catch (error) {
    if (connection.isOpen) connection.destroy();
    throw error;
  }

  const watch = watchConnection(connection);
  return {
    listen: listeners.listen,
    connected: () => connection.isReady,
    onRestored: listeners.onRestored,
    close() {
      watch.stop();
      connection.destroy();
    },
  };
}
