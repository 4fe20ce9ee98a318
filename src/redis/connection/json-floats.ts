import { isNotLetIn, replyCode } from "./error-replies.js";

/**
 * Whether this Redis must be told to keep doubles: RedisJSON 8.8 puts an array of only fractional numbers into the
 * narrowest type that it takes for exact, and prints fewer digits then (`[500.25]` comes back as `[500.3]`), unless
 * JSON.SET says `FPHA FP64`, which earlier ones refuse.
 */
export interface JsonFloats {
  readonly mustSay: boolean;
  /** Asks the server; again on each new connection, as it may be another server. */
  detect(): Promise<void>;
}

/** Known from RedisJSON 8.8.0 on, as MODULE LIST counts versions. */
const SINCE = 80_800;

interface Connection {
  sendCommand(args: string[]): Promise<unknown>;
}

/** `probe`: a key that is never there. */
export function createJsonFloats(client: Connection, probe: string): JsonFloats {
  let mustSay = false;
  return {
    get mustSay() {
      return mustSay;
    },
    async detect() {
      const version = await client
        .sendCommand(["MODULE", "LIST"])
        .then(jsonVersion)
        .catch(() => undefined);
      mustSay = version === undefined ? await takesWords(client, probe) : version >= SINCE;
    },
  };
}

/** What MODULE LIST replies in RESP2: for each module, names and values by turns. */
export function jsonVersion(reply: unknown): number | undefined {
  if (!Array.isArray(reply)) return undefined;
  for (const each of reply as readonly unknown[]) {
    const fields: readonly unknown[] = Array.isArray(each) ? each : [];
    const field = (name: string): unknown => fields[fields.indexOf(name) + 1];
    if (String(field("name")).toLowerCase() === "rejson") return Number(field("ver"));
  }
  return undefined;
}

/** Where a server doesn't say what its modules are. `XX` writes nothing to a key that isn't there. */
async function takesWords(client: Connection, probe: string): Promise<boolean> {
  try {
    await client.sendCommand(["JSON.SET", probe, "$", "[0.5]", "XX", "FPHA", "FP64"]);
    return true;
  } catch (error) {
    // Of a server that can't serve now, nothing is known: the connection is prepared again.
    const code = replyCode(error);
    if (isNotLetIn(error) || code === undefined || code === "ERR") return false;
    throw error;
  }
}
