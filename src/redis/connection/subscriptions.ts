import { storeFault } from "../../domain/store-fault.js";
import type { Nodes } from "./nodes.js";
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
  const listeners = new Map<string, Set<(message: string) => void>>();
  const restored = new Set<() => void>();
  // Unlike the main connection it waits for its Redis: what it is asked for is wanted once Redis is back.
  const [only] = await nodes.every();
  if (only === undefined) throw storeFault("redis_unavailable");
  const connection = nodes.dedicated(only, "mneme-subscriptions", { disableOfflineQueue: false });
  connection.on("error", onError);
  connection.on("ready", () => {
    for (const listener of restored) listener();
  });
  try {
    await openConnection(connection);
  } catch (error) {
    if (connection.isOpen) connection.destroy();
    throw error;
  }

  const watch = watchConnection(connection);

  const dispatch = (message: string, channel: string): void => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  };
  return {
    async listen(channel, onMessage) {
      const known = listeners.get(channel);
      const group = known ?? new Set();
      group.add(onMessage);
      listeners.set(channel, group);
      const unlisten = (): void => {
        group.delete(onMessage);
        if (group.size > 0 || listeners.get(channel) !== group) return;
        listeners.delete(channel);
        void connection.unsubscribe(channel, dispatch).catch(() => {});
      };
      try {
        if (known === undefined) await connection.subscribe(channel, dispatch);
      } catch (error) {
        unlisten();
        throw error;
      }
      return unlisten;
    },
    connected: () => connection.isReady,
    onRestored(listener) {
      restored.add(listener);
      return () => restored.delete(listener);
    },
    close() {
      watch.stop();
      connection.destroy();
    },
  };
}
