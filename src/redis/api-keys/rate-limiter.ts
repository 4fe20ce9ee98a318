import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimiter, RateState } from "../../access/rate-limit.js";
import type { RedisGateway } from "../connection/client.js";
import { isOutOfMemory } from "../connection/error-replies.js";
import type { Keys } from "../keys.js";

const WINDOW_SECONDS = 60;
/** Keys may have any limits, but those in use at a time are few. */
const MAX_LIMITERS = 100;

interface Limiter {
  readonly shared: RateLimiterRedis;
  readonly own: RateLimiterMemory;
}

/** One for each limit that keys had lately; they share the counters. */
export function createRateLimiter(redis: RedisGateway, keys: Keys): RateLimiter {
  const limiters = new Map<number, Limiter>();

  function limiterOf(points: number): Limiter {
    const known = limiters.get(points);
    // Deleted and set again, it becomes the youngest.
    if (known !== undefined && limiters.delete(points)) {
      limiters.set(points, known);
      return known;
    }
    const [oldest] = limiters.keys();
    if (oldest !== undefined && limiters.size >= MAX_LIMITERS) limiters.delete(oldest);
    const limits = { points, duration: WINDOW_SECONDS, keyPrefix: "" };
    const made = {
      shared: new RateLimiterRedis({ ...limits, storeClient: redis.client, useRedisPackage: true }),
      own: new RateLimiterMemory(limits),
    };
    limiters.set(points, made);
    return made;
  }

  async function consume({ shared, own }: Limiter, key: string): Promise<RateLimiterRes> {
    try {
      return await shared.consume(key);
    } catch (reason) {
      // A full Redis counts nothing new, and deletions must go on: until there is room, each process counts for itself.
      if (isOutOfMemory(reason)) return own.consume(key);
      throw reason;
    }
  }

  return {
    take: (keyId, limit) =>
      redis.run(async () => {
        try {
          return stateOf(await consume(limiterOf(limit), keys.rate(keyId)), true);
        } catch (reason) {
          // Its way to say no; anything else is a failure of Redis's.
          if (reason instanceof RateLimiterRes) return stateOf(reason, false);
          throw reason;
        }
      }),
  };
}

function stateOf({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): RateState {
  return { allowed, remaining: remainingPoints, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
}
