import { createFreshCache } from "../../domain/fresh-cache.js";
import type { KeyCache, KeyStore } from "./ports.js";

const MAX_KEYS = 10_000;
/** A placeholder for an id. No key has it. */
const REQUIRED = "";

export interface KeyCacheOptions {
  readonly store: Pick<KeyStore, "find" | "door" | "openDoor">;
  /** Whether the service may be used without a key at all, where it listens. */
  readonly mayBeOpen: boolean;
}

/**
 * Keys in this process's memory. A revoked key is refused at once by the process that revoked it, and within
 * milliseconds by the others, which are notified. A process whose subscription is down refuses it after 5 seconds at
 * the latest.
 */
export function createKeyCache({ store, mayBeOpen }: KeyCacheOptions): KeyCache {
  const keys = createFreshCache({ load: store.find, max: MAX_KEYS });
  const gate = createFreshCache({ load: askDoor, max: 1 });
  // Permanent, even if Redis was emptied since: a service that needed a key yesterday isn't open to all today.
  let known = false;
  /** This process has seen the store used without keys, and would have been notified of a first key. */
  let seenOpen = false;
  /** Checked once only: each check may have to scan all of Redis. */
  let mayBeEmpty = true;
  let open = false;
  const listeners: (() => void)[] = [];

  /** Whether a request needs a key. */
  async function askDoor(): Promise<boolean> {
    let door = await store.door();
    if (door === "unknown" && mayBeOpen && (seenOpen || mayBeEmpty)) {
      // The Redis of an open service was flushed. That closes nothing.
      door = await store.openDoor({ full: seenOpen });
      mayBeEmpty = false;
    }
    known ||= door === "keys";
    seenOpen = door === "open";
    open = seenOpen && mayBeOpen && !known;
    return !open;
  }

  return {
    find: keys.find,
    findNow: (id) => keys.findNow(id),
    required: async () => known || (await gate.find(REQUIRED)) !== false,
    requiredNow: async () => known || (await gate.findNow(REQUIRED)) !== false,
    known: () => (known ? "keys" : open ? "anyone" : "nobody"),
    forget(id) {
      // Only a store that has keys sends news of keys.
      known = true;
      keys.forget(id);
      gate.forgetAll();
      for (const listener of listeners) listener();
    },
    forgetAll() {
      // News may have been missed, and the Redis that is back may be an empty one.
      seenOpen = false;
      mayBeEmpty = true;
      keys.forgetAll();
      gate.forgetAll();
      for (const listener of listeners) listener();
    },
    onForgotten: (listener) => void listeners.push(listener),
  };
}
