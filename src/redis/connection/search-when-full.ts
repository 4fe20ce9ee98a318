import { unlessDenied } from "./find-modules.js";
import { isNotLetIn, replyCode } from "./error-replies.js";
import { infoField } from "./product.js";
import type { Nodes } from "./nodes.js";
import type { Connection } from "./server.js";

/**
 * What RediSearch 8.4 and later do with a search while Redis's memory is full: `return`, their default, finds nothing and
 * says nothing. A deletion would then miss what it has to delete.
 */
const SETTING = "search-on-oom";
/** Searches go on, as in all earlier versions: deletions, the way out of a full memory, begin with one. */
const GOES_ON = "ignore";

/** Lets searches go on while memory is full; false if the server doesn't let us. A `fail` stays: it hides nothing. */
export async function letSearchesGoOn(client: Connection): Promise<boolean> {
  if (!(await hidesWhenFull(client))) return true;
  try {
    await client.sendCommand(["CONFIG", "SET", SETTING, GOES_ON]);
    return true;
  } catch (error) {
    const code = replyCode(error);
    if (isNotLetIn(error) || code === undefined || code === "ERR") return false;
    throw error;
  }
}

/** Of a server that may hide: whether it does, as it is set. One that doesn't say may. */
export async function hidesWhenFull(client: Connection): Promise<boolean> {
  const reply = await unlessDenied(() => client.sendCommand(["CONFIG", "GET", SETTING]));
  const policy: unknown = Array.isArray(reply) ? reply[1] : undefined;
  return policy === undefined || policy === "return";
}

/** Whether a search could hide right now what is there on any of the nodes. */
export async function anyHidesNow(nodes: Nodes): Promise<boolean> {
  const every = await nodes.every();
  return (await Promise.all(every.map(({ client }) => hidesNow(client)))).includes(true);
}

export async function hidesNow(client: Connection): Promise<boolean> {
  const memory = await unlessDenied(() => client.info("memory"));
  const most = Number(infoField(memory ?? "", "maxmemory"));
  const full = memory === undefined || (most > 0 && Number(infoField(memory, "used_memory")) > most);
  return full && (await hidesWhenFull(client));
}
