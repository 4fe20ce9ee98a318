import { Failure, messageOf } from "../../../shell/failure.js";
import { connectOnce } from "../../../redis/server/connect.js";
import type { RedisConnection } from "../../../redis/server/connect.js";

export const isRedisUrl = (text: string): boolean => /^rediss?:\/\//i.test(text);

/** Throws if what names a file is a URL of another kind: it isn't opened, and not shown, because it may hold a password. */
export function refuseOtherUrl(text: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || isRedisUrl(text)) return;
  throw new Failure(
    "A URL must be that of a single Redis, redis:// or rediss://. Of a cluster, import each primary by its own URL; of Sentinels, the primary.",
  );
}

/** Connects to the Redis of another system. */
export async function openRedis(
  url: string,
): Promise<{ readonly redis: RedisConnection; readonly place: string }> {
  if (!URL.canParse(url)) throw new Failure("The URL of the Redis can't be read.");
  const { protocol, host, pathname } = new URL(url);
  const place = `${protocol}//${host}${pathname}`;
  try {
    return { redis: await connectOnce({ url }), place };
  } catch (error) {
    throw new Failure(`${place} can't be reached: ${messageOf(error)}`, { cause: error });
  }
}

/** Keys that are looked at together. */
const KEYS_AT_ONCE = 50;
const MAX_VALUE_BYTES = 32 * 1024 * 1024;

export interface Found<T> {
  readonly key: string;
  readonly value?: T;
  readonly problem?: string;
}

/**
 * What `read` gives of each key with this prefix and type, some keys in memory at a time. It only reads, and a value that
 * is too large isn't fetched. A key may come twice, as with any SCAN.
 */
export async function* valuesUnder<T>(
  redis: RedisConnection,
  prefix: string,
  type: "hash" | "string" | "ReJSON-RL",
  read: (key: string) => Promise<T>,
): AsyncGenerator<Found<T>> {
  const match = { MATCH: `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}*`, COUNT: 500, TYPE: type };
  for await (const page of redis.scanIterator(match)) {
    const keys = [...new Set(page)];
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
      yield* await Promise.all(keys.slice(from, from + KEYS_AT_ONCE).map((key) => found(redis, key, read)));
    }
  }
}

async function found<T>(
  redis: RedisConnection,
  key: string,
  read: (key: string) => Promise<T>,
): Promise<Found<T>> {
  // Exactly, of a collection too: without SAMPLES 0 it is estimated by some of the members.
  const bytes = await redis.memoryUsage(key, { SAMPLES: 0 });
  if (bytes === null) return { key, problem: "it has vanished while it was read" };
  if (bytes > MAX_VALUE_BYTES) return { key, problem: `it exceeds ${MAX_VALUE_BYTES / 1024 / 1024} MiB` };
  return { key, value: await read(key) };
}

/** A JSON text; undefined: it isn't one. */
export function parsedJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? "null") as unknown;
  } catch {
    return undefined;
  }
}
