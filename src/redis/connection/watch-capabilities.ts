import type { Capabilities } from "./capabilities.js";
import { capabilitiesOf } from "./capabilities.js";
import { isNotLetIn, replyCode } from "./error-replies.js";
import { letSearchesGoOn } from "./search-when-full.js";
import type { Connection } from "./server.js";
import { inspect } from "./server.js";

/** What the connected servers can. They may be others after each reconnect. */
export interface CapabilityWatch {
  /** Of the latest question; of the oldest supported server until then. What one of several lacks, all lack. */
  readonly now: Capabilities;
  /** Why a server isn't supported; undefined: all are. */
  readonly unfit: string | undefined;
  /** Asks every server, and sets what keeps its searches complete. */
  find(): Promise<void>;
}

/** What is known of one server. */
interface Found {
  readonly capabilities: Capabilities;
  readonly unfit: string | undefined;
}

interface Server {
  readonly client: Connection;
  readonly tag: string;
}

/** `probeOf`: a key that is never there, of a node's tag. */
export function watchCapabilities(
  servers: { every(): Promise<readonly Server[]> },
  probeOf: (tag: string) => string,
): CapabilityWatch {
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
      const found = await Promise.all(
        (await servers.every()).map((server) => prepareServer(server, probeOf)),
      );
      ({ unfit } = found.find((each) => each.unfit !== undefined) ?? { unfit: undefined });
      now = ofAll(found.map(({ capabilities }) => capabilities)) ?? now;
    },
  };
}

/** Asks a server what it can, and sets what keeps its searches complete. */
export async function prepareServer(
  { client, tag }: Server,
  probeOf: (tag: string) => string,
): Promise<Found> {
  const { capabilities, unfit } = await inspect(client);
  const narrowsFloats =
    capabilities.modules.json === undefined && unfit === undefined
      ? await takesWords(client, probeOf(tag))
      : capabilities.narrowsFloats;
  if (unfit === undefined && capabilities.hidesWhenFull) await letSearchesGoOn(client);
  return { capabilities: { ...capabilities, narrowsFloats }, unfit };
}

/** Of the oldest, but for what any of them does wrong. */
function ofAll(all: readonly Capabilities[]): Capabilities | undefined {
  const [oldest] = all.toSorted((one, other) => (one.modules.search ?? 0) - (other.modules.search ?? 0));
  if (oldest === undefined) return undefined;
  return {
    ...oldest,
    narrowsFloats: all.every(({ narrowsFloats }) => narrowsFloats),
    hidesWhenFull: all.some(({ hidesWhenFull }) => hidesWhenFull),
    abortsOnElement: all.some(({ abortsOnElement }) => abortsOnElement),
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
