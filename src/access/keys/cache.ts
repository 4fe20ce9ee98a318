import { createFreshCache } from "../../domain/fresh-cache.js";
import type { KeyCache, KeyStore } from "./ports.js";

const MAX_KEYS = 10_000;
/** In place of an id; no key has it. */
const REQUIRED = "";

export interface KeyCacheOptions {
  readonly store: Pick<KeyStore, "find" | "door" | "openDoor">;
  /** Whether the service may be used without a key at all, where it listens. */
  readonly mayBeOpen: boolean;
}

/**
 * Keys in this process's memory. A revoked key is refused at once by the process that revoked it, within
 * milliseconds by the others, which hear of it, and after 5 seconds at the latest by one that can't hear.
 */
export function createKeyCache({ store, mayBeOpen }: KeyCacheOptions): KeyCache {
  const keys = createFreshCache({ load: store.find, max: MAX_KEYS });
  const gate = createFreshCache({ load: askDoor, max: 1 });
  // For good, also where Redis was emptied since: what needed a key yesterday isn't open to all today.
  let known = false;
  /** This process has seen the store used without keys, and would have heard of a first key. */
  let seenOpen = false;
  /** That the store isn't empty is asked once: each time, all of Redis may have to be walked over. */
  let mayBeEmpty = true;
  let open = false;

  /** Whether a request needs a key. */
  async function askDoor(): Promise<boolean> {
    let door = await store.door();
    if (door === "unknown" && mayBeOpen && (seenOpen || mayBeEmpty)) {
      // Somebody has flushed the Redis of a service that was open: that closes nothing.
      door = await store.openDoor({ full: seenOpen });
      mayBeEmpty = false;
    }
    known ||= door === "keys";
    seenOpen = door === "open";
    open = seenOpen && mayBeOpen && !known;
    return !open;
  }

  return {
    find: async (id) => keys.find(id),
    findNow: (id) => keys.findNow(id),
    required: async () => known || (await gate.find(REQUIRED)) !== false,
    requiredNow: async () => known || (await gate.findNow(REQUIRED)) !== false,
    known: () => (known ? "keys" : open ? "anyone" : "nobody"),
    forget(id) {
      // There is no news of keys where there never was one.
      known = true;
      keys.forget(id);
      gate.forgetAll();
    },
    forgetAll() {
      // News may have been missed, and the Redis that is back may be an empty one.
      seenOpen = false;
      mayBeEmpty = true;
      keys.forgetAll();
      gate.forgetAll();
    },
  };
}
