import { createClient } from "redis";
import { inject } from "vitest";
import { RedisSaver } from "../../src/index.js";
import type { RedisSaverOptions } from "../../src/index.js";
import { randomPrefix } from "./random.js";

export const client = await createClient({ url: inject("redisUrl") }).connect();

/** A saver on the tests' common Redis, with keys of its own. */
export function createSaver(options: RedisSaverOptions = {}): RedisSaver {
  return new RedisSaver(client, { keyPrefix: randomPrefix(), ...options });
}
