import { setTimeout as sleep } from "node:timers/promises";
import { ErrorReply } from "redis";
import type { RedisArgument } from "redis";
import { storeFault } from "../../domain/store-fault.js";
import type { RedisGateway, RoutedClient } from "./client.js";
import { faultOf, isOtherNode, isPassing } from "./error-replies.js";
import { inTime } from "./in-time.js";
import type { Holding, Nodes, RedisNode, Where } from "./nodes.js";
import type { Replicas } from "./replicas.js";
import { neverIn, slotOf } from "./slots.js";

/** The command, the index's name, and the rest. */
export type IndexQuestion = readonly [command: string, index: string, ...rest: RedisArgument[]];

/**
 * Where a question goes: `search` to the primary, `recall` to a replica of it where recall may use those. `run` to the
 * primary too, without a turn among searches, for what takes Redis no time.
 */
export type Via = "run" | "search" | "recall";

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
  via: Via = "search",
): Promise<readonly unknown[]> {
  const { nodes } = redis;
  const replicas = via === "recall" ? redis.replicas : undefined;
  const ask =
    !nodes.clustered && replicas === undefined
      ? async (client: RoutedClient): Promise<readonly unknown[]> => [await client.sendCommand([...question])]
      : () => askNodes(nodes, where, question, replicas);
  if (via === "run") return redis.run(ask);
  return redis.search(ask, undefined, where === "everywhere" ? "" : where[0]?.root);
}

async function askNodes(
  nodes: Nodes,
  where: Where,
  question: IndexQuestion,
  replicas: Replicas | undefined,
): Promise<readonly unknown[]> {
  const deadline = performance.now() + MOVING_MS;
  for (;;) {
    try {
      const asked = await nodes.holding(where);
      return await Promise.all(asked.map((holding) => askOne(holding, question, replicas)));
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
  replicas: Replicas | undefined,
): Promise<unknown> {
  const { client, suffix } = node;
  if (command !== "FT.INFO" && !(await node.filled())) throw storeFault("index_missing");
  const prefix = index.slice(0, index.indexOf(":"));
  const guards = new Map(namespaces.map((name) => [slotOf(name), neverIn(`${prefix}:{${name}}`)]));
  const sent = [command, `${index}${suffix}`, ...rest];
  const guard = () => Array.from(guards.values(), (key) => client.exists(key));
  const fromReplica = await askReplica(replicas, node, sent);
  if (fromReplica !== NO_REPLICA) {
    // Afterwards, because the order of what two servers do isn't known.
    await Promise.all(guard());
    return fromReplica;
  }
  const [reply] = await Promise.all([client.sendCommand(sent), ...guard()]);
  return reply;
}

const NO_REPLICA = Symbol("no replica");
/** Less than a caller waits, so that the primary can still be asked. */
const REPLICA_MS = 500;

/** What a replica replies; whatever is in its way, the primary is asked instead. */
async function askReplica(
  replicas: Replicas | undefined,
  node: RedisNode,
  question: readonly RedisArgument[],
): Promise<unknown> {
  const replica = replicas?.of(node);
  if (replica === undefined) return NO_REPLICA;
  const answer = replica.sendCommand(question);
  try {
    return await inTime(answer, REPLICA_MS);
  } catch (error) {
    if (!refusesQuestion(error)) replicas?.silent(replica, answer);
    return NO_REPLICA;
  }
}

/** An error reply to the question itself, such as one that took too long, says nothing of the server. */
const refusesQuestion = (error: unknown): boolean =>
  error instanceof ErrorReply && faultOf(error) === undefined;

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
