import { createClient } from "redis";
import { SEVERAL } from "../../../src/domain/redis-url.js";

const prefixes = new Set<string>();

/** Takes the keys and indexes below a prefix from the shared Redis when the test file is over. */
export function endKeysWithFile(prefix: string): void {
  prefixes.add(prefix);
}

/** For a new index, and to look for older records, Redis goes through the keys of all tests: the fewer, the sooner. */
export async function endOwnKeys(url: string): Promise<void> {
  // A cluster ends with the run.
  if (prefixes.size === 0 || SEVERAL.test(url)) return;
  const redis = createClient({ url });
  await redis.connect();
  const indexes = (await redis.sendCommand(["FT._LIST"])) as unknown as string[];
  for (const prefix of prefixes) {
    for (const index of indexes) if (index.startsWith(`${prefix}:`)) await redis.ft.dropIndex(index);
    for await (const keys of redis.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 })) {
      if (keys.length > 0) await redis.unlink(keys);
    }
  }
  prefixes.clear();
  redis.destroy();
}
