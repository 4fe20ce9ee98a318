import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClient } from "../redis-client.js";
import type { Nodes } from "../nodes.js";
import { createListeners } from "../listeners.js";
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
  let present: { readonly connection: RedisClient; readonly stop: () => void } | undefined;
  const closing = new AbortController();

  const listeners = createListeners(() => present?.connection);

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
      for (const channel of listeners.channels()) await connection.subscribe(channel, listeners.dispatch);
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
        listeners.restored();
        return;
      } catch {
        await sleep(AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  await attach();
  return {
    listen: listeners.listen,
    connected: () => present?.connection.isReady === true,
    onRestored: listeners.onRestored,
    close() {
      closing.abort();
      present?.stop();
      present = undefined;
    },
  };
}
