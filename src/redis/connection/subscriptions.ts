import { setTimeout as sleep } from "node:timers/promises";
import { createFaultLine } from "./fault-line.js";
import { inTime } from "./in-time.js";
import type { Nodes, RedisNode } from "./nodes.js";
import { openConnection } from "./open-connection.js";
import type { RedisClient } from "./redis-client.js";
import { watchConnection } from "./watch-connection.js";

/**
 * What other processes say through Redis's Pub/Sub: a nudge to look again, never the news itself. A message is lost
 * while the connection is, so a listener is told when it's back, and looks then.
 */
export interface Subscriptions {
  /**
   * Listens until the returned function is called. Resolves once Redis has taken the subscription; rejects with
   * `redis_unavailable` if it doesn't in time.
   */
  listen(channel: string, onMessage: (message: string) => void): Promise<() => void>;
  /** Whether messages arrive now. */
  connected(): boolean;
  /** Called each time the connection is back: messages may have been missed. */
  onRestored(listener: () => void): () => void;
  /** Listens on another server if the present one isn't the store's any more. */
  follow(): Promise<void>;
  close(): void;
}

/** Where it listens now: a connection of its own, because one that listens can do nothing else in RESP2. */
interface Line {
  readonly node: RedisNode;
  readonly connection: RedisClient;
  /** Resolves for each channel once Redis has taken it. */
  readonly taken: Map<string, Promise<void>>;
  end(): void;
}

const AGAIN_MS = 200;
const OPEN_MS = 2_500;
const LISTEN_MS = 3_000;

/**
 * Listens on any node, because all nodes of a cluster hear of every message. When its node is lost or replaced, it
 * listens on another one, and says that messages may have been missed.
 */
export async function createSubscriptions(
  nodes: Nodes,
  onError: (error: Error) => void,
): Promise<Subscriptions> {
  const fault = createFaultLine(onError);
  const listeners = new Map<string, Set<(message: string) => void>>();
  const restored = new Set<() => void>();
  const closing = new AbortController();
  let present: Line | undefined;
  const waiting = new Set<(line: Line) => void>();

  const dispatch = (message: string, channel: string): void => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  };

  function take({ connection, taken }: Line, channel: string): Promise<void> {
    const known = taken.get(channel);
    if (known !== undefined) return known;
    const made = connection.subscribe(channel, dispatch).catch((error: unknown) => {
      taken.delete(channel);
      throw error;
    });
    taken.set(channel, made);
    return made;
  }

  async function attach(): Promise<void> {
    const node = await nodes.any();
    const connection = nodes.dedicated(node, "mneme-subscriptions");
    connection.on("error", (error: Error) => {
      fault.failed(error);
      lost(line);
    });
    connection.on("ready", fault.reached);
    const watch = watchConnection(connection);
    const line: Line = {
      node,
      connection,
      taken: new Map(),
      end() {
        watch.stop();
        if (connection.isOpen) connection.destroy();
      },
    };
    try {
      await openConnection(connection, OPEN_MS);
      await Promise.all(Array.from(listeners.keys(), (channel) => take(line, channel)));
      closing.signal.throwIfAborted();
    } catch (error) {
      line.end();
      throw error;
    }
    // One that was given up would come back by itself, to a server that may have gone.
    for (const event of ["reconnecting", "end"]) connection.on(event, () => lost(line));
    present = line;
    for (const goOn of waiting) goOn(line);
    waiting.clear();
  }

  function lost(line: Line): void {
    if (present !== line) return;
    present = undefined;
    line.end();
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

  function nextLine(signal: AbortSignal): Promise<Line> {
    return new Promise((resolve) => {
      waiting.add(resolve);
      signal.addEventListener("abort", () => waiting.delete(resolve), { once: true });
    });
  }

  /** On the present connection, or on the next one if that is lost in between. Takes nothing after the abort. */
  async function takeAnywhere(channel: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const line = present ?? (await nextLine(signal));
      try {
        return await take(line, channel);
      } catch (error) {
        if (line === present) throw error;
      }
    }
  }

  await attach();
  return {
    async listen(channel, onMessage) {
      const group = listeners.get(channel) ?? new Set();
      group.add(onMessage);
      listeners.set(channel, group);
      const left = new AbortController();
      const unlisten = (): void => {
        left.abort();
        group.delete(onMessage);
        if (group.size > 0 || listeners.get(channel) !== group) return;
        listeners.delete(channel);
        present?.taken.delete(channel);
        void present?.connection.unsubscribe(channel, dispatch).catch(() => {});
      };
      try {
        await inTime(takeAnywhere(channel, left.signal), LISTEN_MS);
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
    async follow() {
      const line = present;
      if (line === undefined) return;
      const every = await nodes.every();
      if (!every.some(({ id }) => id === line.node.id)) lost(line);
    },
    close() {
      closing.abort();
      const line = present;
      present = undefined;
      line?.end();
    },
  };
}
