import type { Door, KeyStore } from "../../access/keys/ports.js";
import type { RedisGateway } from "../connection/client.js";
import { scanKeys } from "../connection/scan-keys.js";
import type { Keys } from "../keys.js";

const DOORS: readonly Door[] = ["keys", "open", "unknown"];
const SCANNED_AT_ONCE = 10_000;

/** Decides who may use a store without a key: only a store that records so itself, or is empty. */
export function createDoor(redis: RedisGateway, keys: Keys): Pick<KeyStore, "door" | "openDoor"> {
  async function ask(act: "open" | ""): Promise<Door> {
    const reply = await redis.run((client) =>
      client.readDoor([keys.apiKeyEverMade(), keys.apiKeys(), keys.openWithoutKeys()], [act]),
    );
    const door = DOORS.find((each) => each === reply);
    if (door === undefined) throw new Error(`api-keys/lua/door.lua returned ${reply}`);
    return door;
  }

  /** Ends at the first key that holds a caller's data. Scans all of a Redis that is shared, once in a store's life. */
  async function isEmpty(): Promise<boolean> {
    let cursor = "0";
    do {
      const reply = await scanKeys(redis, cursor, { MATCH: `${keys.all()}*`, COUNT: SCANNED_AT_ONCE });
      if (reply.keys.some((key) => !keys.isHousekeeping(key))) return false;
      ({ cursor } = reply);
    } while (cursor !== "0");
    return true;
  }

  return {
    door: () => ask(""),
    async openDoor({ full } = { full: false }) {
      // Checked first: another process may have opened it and stored something in between.
      return ask(full || (await isEmpty()) ? "open" : "");
    },
  };
}
