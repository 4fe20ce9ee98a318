import { createClient, RESP_TYPES } from "redis";
import type { Act } from "./table.js";
import { KINDS, kindOf } from "./table.js";

interface Scanning {
  scanIterator(options: { MATCH: string; COUNT: number }): AsyncIterable<readonly string[]>;
}

async function* keysBelow(redis: Scanning, prefix: string): AsyncGenerator<string> {
  for await (const names of redis.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 })) yield* names;
}

export async function kindsIn(redis: Scanning, prefix: string): Promise<Set<string>> {
  const kinds = new Set<string>();
  for await (const name of keysBelow(redis, prefix)) kinds.add(kindOf(prefix, name));
  return kinds;
}

export interface Searched {
  readonly url: string;
  readonly prefix: string;
  readonly act: Act;
  /** Words in every text that the act takes away. */
  readonly said: readonly string[];
  /** Words in names, and hash tags. */
  readonly named?: readonly string[];
  /** Keys that the act isn't about. */
  readonly except?: (key: string) => boolean;
}

/**
 * Traces that an act has left though {@link KINDS} doesn't say so: each key with one of these words in its name or anywhere in
 * its value, and what stands around it. Redis must not compress what it dumps.
 */
export async function tracesOf(of: Searched): Promise<Record<string, string>> {
  const { url, prefix, act, said, named = [], except } = of;
  const found: Record<string, string> = {};
  const redis = createClient({ url, RESP: 2 });
  await redis.connect();
  const binary = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  for await (const name of keysBelow(redis, prefix)) {
    const why = KINDS[kindOf(prefix, name)]?.stays?.[act];
    if (typeof why === "object" || except?.(name) === true) continue;
    const dump: unknown = await binary.sendCommand(["DUMP", name]);
    if (!Buffer.isBuffer(dump)) continue;
    for (const word of why === undefined ? [...said, ...named] : said) {
      const at = dump.indexOf(word);
      if (name.includes(word)) found[name] = "its name";
      else if (at !== -1) found[name] = dump.toString("latin1", Math.max(0, at - 100), at + 100);
    }
  }
  redis.destroy();
  return found;
}
