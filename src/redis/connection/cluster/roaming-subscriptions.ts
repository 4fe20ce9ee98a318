import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClient } from "../redis-client.js";
import type { Nodes } from "../nodes.js";
import { openConnection } from "../open-connection.js";
import type { Subscriptions } from "../subscriptions.js";
import { watchConnection } from "../watch-connection.js";

const AGAIN_MS = 200;
const OPEN_MS = 2_500;

/**
 * Listens on any node of a cluster, which all hear of every message. When the node is lost, it listens on another one,
 * and says that messages may have been missed.
 */
export async function createRoamingSubscriptions(
  nodes: Nodes,
  onError: (error: Error) => void,
): Promise<Subscriptions> {
  const listeners = new Map<string, Set<(message: string) => void>>();
  const restored = new Set<() => void>();
  let present: { readonly connection: RedisClient; readonly stop: () => void } | undefined;
  const closing = new AbortController();

  const dispatch = (message: string, channel: string): void => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  };

  async function attach(): Promise<void> {
    const every = await nodes.every();
    const node = every[Math.floor(Math.random() * every.length)];
    if (node === undefined) throw new Error("The cluster has no node.");
    const connection = nodes.dedicated(node, "mneme-subscriptions");
    const end = (): void => {
      watch.stop();
      if (connection.isOpen) connection.destroy();
    };
    const watch = watchConnection(connection);
    connection.on("error", (error: Error) => {
      onError(error);
      if (present?.connection === connection) lost();
    });
    try {
      await openConnection(connection, OPEN_MS);
      for (const channel of listeners.keys()) await connection.subscribe(channel, dispatch);
    } catch (error) {
      end();
      throw error;
    }
    present = { connection, stop: end };
    // One that was given up by the watch would come back by itself, to a node that may have gone.
    connection.on("reconnecting", () => present?.connection === connection && lost());
  }

  function lost(): void {
    present?.stop();
    present = undefined;
    void again();
  }

  async function again(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await attach();
        for (const listener of restored) listener();
        return;
      } catch {
        await sleep(AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  await attach();
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
        void present?.connection.unsubscribe(channel, dispatch).catch(() => {});
      };
      try {
        // While none is open, the next one takes all channels with it.
        if (known === undefined) await present?.connection.subscribe(channel, dispatch);
      } catch (error) {
        unlisten();
        throw error;
      }
      return unlisten;
    },
    connected: () => present?.connection.isReady === true,
    onRestored(listener) {
      restored.add(listener);
      return () => restored.delete(listener);
    },
    close() {
      closing.abort();
      present?.stop();
      present = undefined;
    },
  };
}
