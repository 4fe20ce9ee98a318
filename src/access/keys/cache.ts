import { createFreshCache } from "../../domain/fresh-cache.js";
import type { KeyCache, KeyStore } from "./ports.js";

const MAX_KEYS = 10_000;
/** In place of an id; no key has it. */
const REQUIRED = "";

/**
 * Keys in this process's memory. A revoked key is refused at once by the process that revoked it, within
 * milliseconds by the others, which hear of it, and after 5 seconds at the latest by one that can't hear.
 */
export function createKeyCache(store: KeyStore): KeyCache {
  const keys = createFreshCache({ load: store.find, max: MAX_KEYS });
  const gate = createFreshCache({ load: store.everMade, max: 1 });
  // For good, also where Redis was emptied since: what needed a key yesterday isn't open to all today.
  let known = false;
  const note = (required: boolean | undefined): boolean => (known ||= required === true);
  return {
    find: async (id) => keys.find(id),
    findNow: (id) => keys.findNow(id),
    required: async () => known || note(await gate.find(REQUIRED)),
    requiredNow: async () => known || note(await gate.findNow(REQUIRED)),
    knownRequired: () => known,
    forget(id) {
      keys.forget(id);
      gate.forgetAll();
    },
    forgetAll() {
      keys.forgetAll();
      gate.forgetAll();
    },
  };
}
