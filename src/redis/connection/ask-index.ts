import { setTimeout as sleep } from "node:timers/promises";
import type { RedisArgument } from "redis";
import { storeFault } from "../../domain/store-fault.js";
import type { RedisGateway } from "./client.js";
import { isOtherNode, isPassing } from "./error-replies.js";
import type { Holding, Nodes, Where } from "./nodes.js";
import { neverIn, slotOf } from "./slots.js";

/** The command, the index's name, and the rest. */
export type IndexQuestion = readonly [command: string, index: string, ...rest: RedisArgument[]];

/** For as long a search waits for a slot that is moving. */
const MOVING_MS = 3_000;
const PAUSE_MS = 25;

/**
 * Asks an index on the nodes that hold what is asked for. One reply a node: a single Redis gives one, and so does a
 * cluster of what lies in one namespace.
 */
export function askIndex(
  redis: RedisGateway,
  where: Where,
  question: IndexQuestion,
  via: "run" | "search" = "search",
): Promise<readonly unknown[]> {
  const { nodes } = redis;
  if (!nodes.clustered) return redis[via](async (client) => [await client.sendCommand([...question])]);
  return redis[via](() => askNodes(nodes, where, question));
}

async function askNodes(nodes: Nodes, where: Where, question: IndexQuestion): Promise<readonly unknown[]> {
  const deadline = performance.now() + MOVING_MS;
  for (;;) {
    try {
      const asked = await nodes.holding(where);
      return await Promise.all(asked.map((holding) => askOne(holding, question)));
    } catch (error) {
      if (!isOtherNode(error) && !isPassing(error)) throw error;
      if (performance.now() > deadline) throw storeFault("redis_unavailable", error);
      await sleep(PAUSE_MS);
      if (isOtherNode(error)) await nodes.refresh();
    }
  }
}

/**
 * While a slot moves, one node has a part of its keys and another one the rest. A search can't see that, so a question
 * that can goes with it, later on the same connection.
 */
async function askOne(
  { node, namespaces }: Holding,
  [command, index, ...rest]: IndexQuestion,
): Promise<unknown> {
  const { client, suffix } = node;
  if (command !== "FT.INFO" && !(await node.filled())) throw storeFault("index_missing");
  const prefix = index.slice(0, index.indexOf(":"));
  const guards = new Map(namespaces.map((name) => [slotOf(name), neverIn(`${prefix}:{${name}}`)]));
  const [reply] = await Promise.all([
    client.sendCommand([command, `${index}${suffix}`, ...rest]),
    ...Array.from(guards.values(), (key) => client.exists(key)),
  ]);
  return reply;
}

/** A number of what FT.INFO replies (RESP2): names and values in turn. */
export function infoNumber(info: unknown, name: string): number {
  const fields: readonly unknown[] = Array.isArray(info) ? info : [];
  const place = fields.indexOf(name);
  return place === -1 ? Number.NaN : Number(fields[place + 1]);
}

/** The number of records in an index, on each node that is asked. */
export async function countOnEach(redis: RedisGateway, index: string, where: Where): Promise<number[]> {
  const replies = await askIndex(redis, where, ["FT.INFO", index], "run");
  return replies.map((info) => infoNumber(info, "num_docs"));
}

/** The number of records in an index, on all nodes that are asked. */
export async function countIndexed(redis: RedisGateway, index: string, where: Where): Promise<number> {
  return (await countOnEach(redis, index, where)).reduce((sum, count) => sum + count, 0);
}
