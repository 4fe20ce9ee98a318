import type { RedisGateway } from "./client.js";
import { arrayOf, text } from "../scripts/replies.js";

/** Redis's clock, by which the entries of streams are numbered; milliseconds. */
export async function redisTime(redis: RedisGateway): Promise<number> {
  const [seconds, microseconds] = arrayOf(await redis.run((client) => client.sendCommand(["TIME"]))).map(
    text,
  );
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
