import { SEVERAL } from "../../src/domain/redis-url.js";
import { publicAddress } from "../../src/redis/connection/address.js";
import { patiently, untilLoaded } from "../../src/redis/connection/patience.js";
import type { Patience } from "../../src/redis/connection/patience.js";
import { RedisUnfit } from "../../src/redis/connection/server.js";
import { dataDir } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { Failure, messageOf } from "../shell/failure.js";
import type { AppendFsync } from "./server/config-file.js";
import { acquireEmbedded, releaseEmbedded } from "./embedded/acquire.js";
import type { EmbeddedOptions } from "./embedded/acquire.js";
import { filesOf } from "./embedded/state.js";
import { openStore } from "./open-store.js";
import { findRedis } from "./find.js";
import { ask } from "./server/launch.js";
import { supervise } from "./embedded/supervise.js";

export interface ProvidedRedis {
  /** With the password. */
  readonly url: string;
  /** Kind, version and address for people, without the password. */
  readonly description: string;
  /** The folder of its data, if mneme brought it. */
  readonly folder?: string;
  /** Stops the Redis if it's ours and no other process uses it. */
  release(): Promise<void>;
}

/**
 * The Redis of a service on this machine: the one at `REDIS_URL`, else an embedded one with its data below
 * `MNEME_DATA_DIR`. Waits until its data is loaded. Throws a {@link Failure} that names the ways out.
 */
export async function provideRedis(
  env: Env,
  { note = console.error, signal }: Partial<Patience> = {},
): Promise<ProvidedRedis> {
  const url = env["REDIS_URL"];
  if (url) return external(url, { note, signal });
  const options: EmbeddedOptions = {
    dataDir: dataDir(env),
    findBinary: () => findRedis(env, note),
    ...portOf(env),
    appendfsync: fsyncOf(env),
    ...maxmemoryOf(env),
    note,
    ...(signal === undefined ? {} : { signal }),
  };
  const redis = await acquireEmbedded(options).catch(async (error: unknown) => {
    // One that was started and didn't get ready is detached: it would stay behind.
    await releaseEmbedded(options.dataDir).catch((left: unknown) => note(messageOf(left)));
    throw error;
  });
  const unsupervise = supervise(redis, options);
  return {
    url: redis.url,
    description: `${redis.label} ${redis.version} at 127.0.0.1:${redis.port}${redis.found ? ", which already ran" : ""}`,
    folder: filesOf(options.dataDir).redis,
    async release() {
      await unsupervise();
      await releaseEmbedded(options.dataDir);
    },
  };
}

async function external(url: string, patience: Patience): Promise<ProvidedRedis> {
  if (SEVERAL.test(url)) {
    const { facts, close } = await openStore(url, patience);
    close();
    return { url, description: `Redis ${facts.version} at ${publicAddress(url)}`, async release() {} };
  }
  const loaded = () => untilLoaded(url, () => ask({ url }), patience);
  const facts = await patiently(url, loaded, patience);
  if (facts.unfit !== undefined) throw new RedisUnfit(url, facts.unfit);
  return { url, description: `Redis ${facts.version} at ${publicAddress(url)}`, async release() {} };
}

function portOf(env: Env): { port?: number } {
  const value = env["MNEME_REDIS_PORT"];
  if (!value) return {};
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure(`MNEME_REDIS_PORT must be a port number, not "${value}".`);
  }
  return { port };
}

function fsyncOf(env: Env): AppendFsync {
  const value = env["MNEME_REDIS_APPENDFSYNC"] || "everysec";
  if (value === "always" || value === "everysec" || value === "no") return value;
  throw new Failure(`MNEME_REDIS_APPENDFSYNC must be always, everysec or no, not "${value}".`);
}

function maxmemoryOf(env: Env): { maxmemory?: string } {
  const value = env["MNEME_REDIS_MAXMEMORY"];
  if (!value) return {};
  if (!/^\d{1,15}([kmg]b?)?$/i.test(value)) {
    throw new Failure(
      `MNEME_REDIS_MAXMEMORY must be a number of bytes, or one such as 512mb or 2gb, not "${value}".`,
    );
  }
  return { maxmemory: value };
}
