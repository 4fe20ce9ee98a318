import { chmodSync, createReadStream, createWriteStream, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { SEVERAL } from "../../src/domain/redis-url.js";
import { provideRedis } from "../redis/provide.js";
import { connectOnce } from "../redis/server/connect.js";
import type { RedisConnection } from "../redis/server/connect.js";
import { loadEnv } from "../shell/env.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";

const LOOK_MS = 50;

/**
 * Has the Redis of `npm start`, or the one at REDIS_URL, write a snapshot. If a file is named, copies it there, readable
 * by this user only; what the Redis of `npm start` wrote is then deleted.
 */
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
      const ours = redis.folder !== undefined;
      if (file === undefined) {
        if (ours) chmodSync(path, 0o600);
        console.log(`Redis wrote ${path}.`);
      } else {
        await copy(path, file);
        // It would keep what is erased later. A Redis of the operator's own may need its snapshot to start from.
        if (ours) rmSync(path);
      }
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

async function copy(path: string, file: string): Promise<void> {
  let opened: number | undefined;
  try {
    opened = openSync(file, "wx", 0o600);
    await pipeline(createReadStream(path), createWriteStream(file, { fd: opened }));
  } catch (error) {
    // Half a snapshot would look like a whole one.
    if (opened !== undefined) rmSync(file, { force: true });
    throw new Failure(`Redis wrote ${path}, which can't be copied from here to ${file}: ${messageOf(error)}`);
  }
  console.log(`The snapshot is in ${file}.`);
}

await main(process.argv.slice(2)).catch(reportFailure);
