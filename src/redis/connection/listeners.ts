import type { RedisClient } from "./redis-client.js";

type Dispatch = (message: string, channel: string) => void;

/** Who listens to which channel, and who wants to know that messages may have been missed. */
export interface Listeners {
  readonly channels: () => Iterable<string>;
  /** What a connection calls with each message. */
  readonly dispatch: Dispatch;
  /** Listens on the present connection. While there is none, the next one takes all channels with it. */
  listen(channel: string, onMessage: (message: string) => void): Promise<() => void>;
  onRestored(listener: () => void): () => void;
  restored(): void;
}

export function createListeners(connection: () => RedisClient | undefined): Listeners {
  const listeners = new Map<string, Set<(message: string) => void>>();
  const waiting = new Set<() => void>();
  const dispatch: Dispatch = (message, channel) => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  };
  return {
    channels: () => listeners.keys(),
    dispatch,
    async listen(channel, onMessage) {
      const known = listeners.get(channel);
      const group = known ?? new Set();
      group.add(onMessage);
      listeners.set(channel, group);
      const unlisten = (): void => {
        group.delete(onMessage);
        if (group.size > 0 || listeners.get(channel) !== group) return;
        listeners.delete(channel);
        void connection()
          ?.unsubscribe(channel, dispatch)
          .catch(() => {});
      };
      try {
        if (known === undefined) await connection()?.subscribe(channel, dispatch);
      } catch (error) {
        unlisten();
        throw error;
      }
      return unlisten;
    },
    onRestored(listener) {
      waiting.add(listener);
      return () => waiting.delete(listener);
    },
    restored() {
      for (const listener of waiting) listener();
    },
  };
}
