import { constants, copyFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SEVERAL } from "../../src/domain/redis-url.js";
import { provideRedis } from "../redis/provide.js";
import { connectOnce } from "../redis/server/connect.js";
import type { RedisConnection } from "../redis/server/connect.js";
import { loadEnv } from "../shell/env.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";

const LOOK_MS = 50;

/** Has the Redis of `npm start`, or the one at REDIS_URL, write a snapshot; copies it to a file if one is named. */
async function main([file, ...others]: readonly string[]): Promise<void> {
  if (others.length > 0 || file?.startsWith("-") === true)
    throw new Failure("usage: node scripts/run.mjs snapshot [FILE]");
  const env = loadEnv();
  if (SEVERAL.test(env["REDIS_URL"] ?? "")) {
    throw new Failure(
      "A snapshot is of one server. On a cluster, or behind Sentinels, use `npx mneme export`, or BGSAVE on each master.",
    );
  }
  const redis = await provideRedis(env);
  try {
    const client = await connectOnce({ url: redis.url });
    try {
      await save(client);
      const path = join(await setting(client, "dir"), await setting(client, "dbfilename"));
      if (file === undefined) console.log(`Redis wrote ${path}.`);
      else copy(path, file);
    } finally {
      client.destroy();
    }
  } finally {
    await redis.release();
  }
}

async function save(client: RedisConnection): Promise<void> {
  // One that is being written began before now.
  while ((await persistence(client)).saving) await sleep(LOOK_MS);
  const before = (await persistence(client)).saves;
  // SCHEDULE: not at once if the append-only file is being rewritten.
  await client.sendCommand(["BGSAVE", "SCHEDULE"]);
  for (;;) {
    const { saves, saving, scheduled, failed } = await persistence(client);
    // It is counted when it begins.
    const ended = !saving && (saves > before || (failed && !scheduled));
    if (ended && failed) throw new Failure("Redis couldn't write the snapshot: see its log.");
    if (ended) return;
    await sleep(LOOK_MS);
  }
}

async function persistence(client: RedisConnection) {
  const info = await client.info("persistence");
  const value = (name: string): string | undefined => new RegExp(`^${name}:(\\S*)`, "m").exec(info)?.[1];
  return {
    saves: Number(value("rdb_saves") ?? 0),
    saving: value("rdb_bgsave_in_progress") === "1",
    scheduled: value("aof_rewrite_in_progress") === "1",
    failed: value("rdb_last_bgsave_status") === "err",
  };
}

async function setting(client: RedisConnection, name: string): Promise<string> {
  const found = await client.configGet(name);
  return found[name] ?? "";
}

function copy(path: string, file: string): void {
  try {
    copyFileSync(path, file, constants.COPYFILE_EXCL);
  } catch (error) {
    throw new Failure(`Redis wrote ${path}, which can't be copied from here to ${file}: ${messageOf(error)}`);
  }
  console.log(`The snapshot is in ${file}.`);
}

await main(process.argv.slice(2)).catch(reportFailure);
