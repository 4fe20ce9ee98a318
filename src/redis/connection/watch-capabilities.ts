import type { Capabilities } from "./capabilities.js";
import { capabilitiesOf } from "./capabilities.js";
import { isNotLetIn, replyCode } from "./error-replies.js";
import { letSearchesGoOn } from "./search-when-full.js";
import type { Connection } from "./server.js";
import { inspect } from "./server.js";

/** What the connected server can. It may be another server after each reconnect. */
export interface CapabilityWatch {
  /** Of the latest question; of the oldest supported server until then. */
  readonly now: Capabilities;
  /** Why the server isn't supported; undefined: it is. */
  readonly unfit: string | undefined;
  /** Asks the server, and sets what keeps its searches complete. */
  find(): Promise<void>;
}

/** `probe`: a key that is never there. */
export function watchCapabilities(client: Connection, probe: string): CapabilityWatch {
  let now = capabilitiesOf({ search: undefined, json: undefined }, false);
  let unfit: string | undefined;
  return {
    get now() {
      return now;
    },
    get unfit() {
      return unfit;
    },
    async find() {
      const { capabilities, ...facts } = await inspect(client);
      unfit = facts.unfit;
      const narrowsFloats =
        capabilities.modules.json === undefined && unfit === undefined
          ? await takesWords(client, probe)
          : capabilities.narrowsFloats;
      if (unfit === undefined && capabilities.hidesWhenFull) await letSearchesGoOn(client);
      now = { ...capabilities, narrowsFloats };
    },
  };
}

/**
 * Whether JSON.SET takes `FPHA FP64`, where a server doesn't say what its modules are. `XX` writes nothing to a key that
 * isn't there.
 */
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
