import type { RecordStore } from "../../memory/ports/records.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { detachContext } from "./detach-context.js";
import { get, getItem, load, peek, peekDetails, peekItem, peekVersions, versions } from "./get.js";
import { insert } from "./insert.js";
import { lastTurns } from "./last-turns.js";
import { remove, removeItem } from "./remove.js";
import { revise } from "./revise.js";

/** Memories in RedisJSON, by their ids and keys. */
export function createRecordStore(deps: StoreDeps): RecordStore {
  return portOf(deps, {
    reachable,
    insert,
    lastTurns,
    get,
    peek,
    getItem,
    peekItem,
    versions,
    peekVersions,
    peekDetails,
    load,
    revise,
    remove,
    removeItem,
    detachContext,
  });
}

async function reachable({ redis, keys }: StoreDeps, namespace: string): Promise<void> {
  await redis.run(async () => {
    const { client } = await redis.nodes.ofKey(keys.settings(namespace));
    await client.ping();
  });
}
