import type { Nodes, RedisNode } from "../connection/nodes.js";
import type { Keys } from "../keys.js";
import { connectedSchemas } from "./processes.js";
import { INDEX_SCHEMAS } from "../schemas.js";

const FAMILIES = ["records", "vectors", "sessions", "consolidations", "erasures"] as const;

/**
 * Drops the indexes of older schemas, once no process that searches them is connected; the present ones must be full by
 * then. The records stay. Gives the names of those that have to wait.
 */
export async function dropOldIndexes(nodes: Nodes, keys: Keys): Promise<string[]> {
  const every = await nodes.every();
  return (await Promise.all(every.map((node) => dropOn(nodes, node, keys)))).flat();
}

async function dropOn(nodes: Nodes, { client, suffix }: RedisNode, keys: Keys): Promise<string[]> {
  const names = ((await client.sendCommand(["FT._LIST"])) as unknown[]).map(String);
  const old = names.flatMap((name) => {
    const family = FAMILIES.find((each) => name.startsWith(keys.indexFamilies()[each]));
    // One with another suffix can't be reached: see createClusterNodes.
    const number = name.endsWith(suffix)
      ? Number(/:(\d+)$/.exec(name.slice(0, name.length - suffix.length))?.[1] ?? NaN)
      : NaN;
    return family !== undefined && number < INDEX_SCHEMAS[family] ? [{ name, family, number }] : [];
  });
  if (old.length === 0) return [];
  const processes = await connectedSchemas(nodes);
  const waiting: string[] = [];
  for (const { name, family, number } of old) {
    if (processes === undefined || processes.some((process) => process[family] <= number)) waiting.push(name);
    else await client.sendCommand(["FT.DROPINDEX", name]);
  }
  return waiting;
}
