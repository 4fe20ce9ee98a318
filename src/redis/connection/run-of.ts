import { randomBytes } from "node:crypto";
import type { RedisClient, RedisGateway } from "./client.js";
import { isNotLetIn } from "./error-replies.js";

const HIDDEN = randomBytes(8).toString("hex");

/** The run of Redis, of all nodes. Another one after a restart, when cursors of SCAN mean nothing any more. */
export async function runOf(redis: RedisGateway): Promise<string> {
  const every = await redis.nodes.every();
  const ids = await Promise.all(every.map(({ client }) => redis.run(() => runOfNode(client))));
  return ids.toSorted().join(" ");
}

async function runOfNode(client: RedisClient): Promise<string> {
  const info = await client.info("server").catch((error: unknown) => {
    // If an ACL hides it, another process begins each walk at the start; this one must come to the end of its own.
    if (isNotLetIn(error)) return `run_id:${HIDDEN}`;
    throw error;
  });
  return /run_id:(\w+)/.exec(info)?.[1] ?? "";
}
