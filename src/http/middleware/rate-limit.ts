import type { MiddlewareHandler } from "hono";
import type { RateLimiter } from "../../access/rate-limit.js";
import { DomainError } from "../../domain/errors.js";
import type { AppEnv } from "../env.js";

/** Requests a minute for each key: its own limit, else `byDefault`. Without either, nothing is counted or asked. */
export function limitRate(limiter: RateLimiter, byDefault: number | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { keyId } = c.get("actor");
    const limit = c.get("rateLimit") ?? byDefault;
    if (keyId === null || limit === undefined) return next();
    const { allowed, remaining, resetSeconds } = await limiter.take(keyId, limit);
    c.header("RateLimit-Limit", String(limit));
    c.header("RateLimit-Remaining", String(remaining));
    c.header("RateLimit-Reset", String(resetSeconds));
    if (allowed) return next();
    throw new DomainError("rate_limited", `This key may make ${limit} requests a minute.`, {
      retryAfterSeconds: resetSeconds,
    });
  };
}
