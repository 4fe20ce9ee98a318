import type { RedisGateway } from "./client.js";
import type { Nodes } from "./nodes.js";
import { arrayOf, text } from "../scripts/replies.js";

/** What TIME replies: seconds, and microseconds beyond them. */
export type TimeReply = readonly [seconds: string, microseconds: string];

/** Redis's clock; of several nodes the one that is most behind: nothing is written from here on that was before that. */
export async function timeOf(nodes: Nodes): Promise<TimeReply> {
  const every = await nodes.every();
  const replies = await Promise.all(every.map(({ client }) => client.sendCommand(["TIME"]).then(timeReply)));
  const micros = ([seconds, microseconds]: TimeReply): number => Number(seconds) * 1e6 + Number(microseconds);
  return replies.reduce((least, each) => (micros(each) < micros(least) ? each : least));
}

function timeReply(reply: unknown): TimeReply {
  const [seconds = "", microseconds = ""] = arrayOf(reply).map(text);
  return [seconds, microseconds];
}

/** Redis's clock, by which the entries of streams are numbered; milliseconds. */
export async function redisTime(redis: RedisGateway): Promise<number> {
  const [seconds, microseconds] = await redis.run(() => timeOf(redis.nodes));
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
