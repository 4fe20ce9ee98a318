import { SEVERAL } from "../../src/domain/redis-url.js";
import { leftSnapshots } from "../redis/embedded/snapshot.js";
import { provideRedis } from "../redis/provide.js";
import { connectOnce } from "../redis/server/connect.js";
import type { RedisConnection } from "../redis/server/connect.js";
import { rewritten } from "../redis/server/rewritten.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";

/**
 * Has the Redis of `npm start`, or the one at REDIS_URL, write its append-only file again, without what was deleted or
 * erased. Names the snapshots beside it, which still hold that.
 */
async function main(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new Failure("usage: node scripts/run.mjs rewrite");
  const env = loadEnv();
  if (SEVERAL.test(env["REDIS_URL"] ?? "")) {
    throw new Failure("This rewrites the file of one server. Run BGREWRITEAOF on each server instead.");
  }
  const redis = await provideRedis(env);
  try {
    const client = await connectOnce({ url: redis.url });
    try {
      await rewrite(client);
    } finally {
      client.destroy();
    }
    console.log("The append-only file holds only what is stored now.");
    const left = redis.folder === undefined ? [] : leftSnapshots(redis.folder);
    if (left.length > 0) console.log(`Snapshots hold more. Delete them: ${left.join(", ")}`);
  } finally {
    await redis.release();
  }
}

async function rewrite(client: RedisConnection): Promise<void> {
  const enabled = /^aof_enabled:1/m.test(await client.info("persistence"));
  if (!enabled) throw new Failure("This Redis keeps no append-only file.");
  // One that is under way began before now.
  await rewritten(client);
  await client.sendCommand(["BGREWRITEAOF"]);
  if (!(await rewritten(client)))
    throw new Failure("Redis couldn't rewrite its append-only file: see its log.");
}

await main(process.argv.slice(2)).catch(reportFailure);
