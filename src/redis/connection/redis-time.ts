import type { RedisGateway } from "./client.js";
import type { Nodes, RedisNode } from "./nodes.js";
import { arrayOf, text } from "../scripts/replies.js";

/** What TIME replies: seconds, and microseconds beyond them. */
export type TimeReply = readonly [seconds: string, microseconds: string];

/** Redis's clock; of several nodes the one that is most behind: nothing is written from here on that was before that. */
export async function timeOf(nodes: Nodes): Promise<TimeReply> {
  return leastTime(await nodes.every());
}

async function leastTime(every: readonly RedisNode[]): Promise<TimeReply> {
  const replies = await Promise.all(every.map(({ client }) => client.sendCommand(["TIME"]).then(timeReply)));
  const micros = ([seconds, microseconds]: TimeReply): number => Number(seconds) * 1e6 + Number(microseconds);
  return replies.reduce((least, each) => (micros(each) < micros(least) ? each : least));
}

function timeReply(reply: unknown): TimeReply {
  const [seconds = "", microseconds = ""] = arrayOf(reply).map(text);
  return [seconds, microseconds];
}

/** Redis's clock, by which the entries of streams are numbered; milliseconds. `keys`: only of the nodes that hold these. */
export async function redisTime(redis: RedisGateway, keys: readonly string[] = []): Promise<number> {
  const { nodes } = redis;
  const [seconds, microseconds] = await redis.run(async () => {
    const holders = await Promise.all(keys.map((key) => nodes.ofKey(key)));
    return holders.length === 0 ? timeOf(nodes) : leastTime([...new Set(holders)]);
  });
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
