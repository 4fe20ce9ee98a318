import { randomUUID } from "node:crypto";
import type { Locks } from "../../domain/lock.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";

/** SET NX PX with a token of its own, as in Redis's documentation of distributed locks on one instance. */
export function createLocks(redis: RedisGateway, keys: Keys): Locks {
  return {
    async acquire(name, ttlMs) {
      const key = keys.lock(name);
      const token = randomUUID();
      const taken = await redis.run((client) => client.acquireLock([key], [token, String(ttlMs)]));
      if (taken !== 1) return undefined;
      return {
        renew: async (next) =>
          (await redis.run((client) => client.renewLock([key], [token, String(next)]))) === 1,
        release: async () => {
          await redis.run((client) => client.releaseLock([key], [token]));
        },
      };
    },
  };
}
