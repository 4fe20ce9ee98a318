import { loadConfig } from "../../src/config.js";
import { covers } from "../../src/access/grants.js";
import { isWrongType } from "../../src/redis/connection/error-replies.js";
import { createKeys } from "../../src/redis/keys.js";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { messageOf, reportFailure } from "../shell/failure.js";
import { connectOnce } from "../redis/server/connect.js";
import type { RedisConnection } from "../redis/server/connect.js";
import { provideRedis } from "../redis/provide.js";
import { readHeads, writeHeads } from "./heads.js";
import type { Heads, SavedHead } from "./heads.js";
import { parseOptions } from "./options.js";
import type { VerifyOptions } from "./options.js";
import { findTrails } from "./trails.js";
import { verifyTrail } from "./verify-trail.js";
import type { Verified } from "./verify-trail.js";

const DAY_MS = 24 * 3600 * 1000;

/** Verifies the audit trails of the Redis that `npm start` uses. Exits with 1 if anything is wrong with one. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const env = loadEnv();
  const redis = await provideRedis(env);
  try {
    const client = await connectOnce({ url: redis.url });
    try {
      await verify(client, { ...env, REDIS_URL: redis.url }, options);
    } finally {
      client.destroy();
    }
  } finally {
    await redis.release();
  }
}

async function verify(client: RedisConnection, env: Env, options: VerifyOptions): Promise<void> {
  const { redis, auditRetentionDays } = loadConfig({ ...env, MNEME_EMBEDDER: "none" });
  const saved = options.heads === undefined ? new Map() : readHeads(options.heads, redis.keyPrefix);
  const keys = createKeys(redis.keyPrefix);
  const keepMs = auditRetentionDays * DAY_MS;
  const heads = new Map<string, SavedHead>();
  let [entries, wrong] = [0, 0];
  const trails = await findTrails(client, keys, options.scope);
  for (const trail of new Set([...trails, ...savedTrails(saved, options)])) {
    const own = await client.hGet(keys.settings(trail), "retention_audit_seconds");
    const kept = own === null ? keepMs : Number(own) * 1000;
    const result = await verifyTrail(client, keys, trail, saved.get(trail), kept).catch(unreadable);
    for (const problem of result.problems) console.log(`${trail}: ${problem}`);
    entries += result.entries;
    wrong += result.problems.length === 0 ? 0 : 1;
    if (result.head !== undefined) heads.set(trail, result.head);
  }
  console.log(
    `${heads.size} trails with ${entries} entries: ${wrong === 0 ? "sound" : `${wrong} not sound`}.`,
  );
  if (wrong > 0) process.exitCode = 1;
  if (options.writeHeads === undefined) return;
  if (wrong > 0) {
    console.log("The heads are not saved.");
    return;
  }
  writeHeads(options.writeHeads, redis.keyPrefix, heads);
  console.log(`Heads saved to ${options.writeHeads}.`);
}

/** Trails that were there when the heads were saved, and may be gone now. */
function savedTrails(saved: Heads, { scope }: VerifyOptions): string[] {
  return [...saved.keys()].filter(
    (trail) => scope === undefined || covers(scope, { root: trail, below: false }),
  );
}

/** A trail that isn't a stream, or a head that isn't a hash. */
function unreadable(error: unknown): Verified {
  if (!isWrongType(error)) throw error;
  return { entries: 0, problems: [`it can't be read: ${messageOf(error)}`], head: undefined };
}

await main().catch(reportFailure);
process.exit();
