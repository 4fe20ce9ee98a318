import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimiter, RateState } from "../../access/rate-limit.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";

const WINDOW_SECONDS = 60;

/** One for each limit that keys have; they share the counters. */
export function createRateLimiter(redis: RedisGateway, keys: Keys): RateLimiter {
  const limiters = new Map<number, RateLimiterRedis>();

  function limiterOf(points: number): RateLimiterRedis {
    const known = limiters.get(points);
    if (known !== undefined) return known;
    const made = new RateLimiterRedis({
      storeClient: redis.client,
      useRedisPackage: true,
      points,
      duration: WINDOW_SECONDS,
      keyPrefix: "",
    });
    limiters.set(points, made);
    return made;
  }

  return {
    take: (keyId, limit) =>
      redis.run(async () => {
        try {
          return stateOf(await limiterOf(limit).consume(keys.rate(keyId)), true);
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
