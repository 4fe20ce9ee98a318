import type { Context, MiddlewareHandler } from "hono";
import type { RateLimiter } from "../../access/rate-limit.js";
import { DomainError } from "../../domain/errors.js";
import type { AppEnv } from "../env.js";
import { isInner } from "../inner-request.js";

/**
 * Requests a minute for each key: its own limit, else `byDefault`; and those of the keys that made it, so that many keys
 * may do no more together than the one that made them. Without any limit, nothing is counted or asked.
 */
export function limitRate(limiter: RateLimiter, byDefault: number | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (isInner(c)) return next();
    const bounds = (c.get("rateLimits") ?? []).flatMap(({ keyId, limit }) => {
      const most = limit ?? byDefault;
      return most === undefined ? [] : [{ keyId, limit: most }];
    });
    let tightest:
      | { readonly limit: number; readonly remaining: number; readonly resetSeconds: number }
      | undefined;
    // One after the other: what its own limit refuses must not use up its maker's.
    for (const { keyId, limit } of bounds) {
      const { allowed, remaining, resetSeconds } = await limiter.take(keyId, limit);
      if (tightest === undefined || !allowed || remaining < tightest.remaining)
        tightest = { limit, remaining, resetSeconds };
      if (allowed) continue;
      setHeaders(c, tightest);
      throw new DomainError(
        "rate_limited",
        `This key, or a key that created it, has reached its limit of ${limit} requests a minute.`,
        {
          retryAfterSeconds: resetSeconds,
        },
      );
    }
    if (tightest !== undefined) setHeaders(c, tightest);
    return next();
  };
}

function setHeaders(
  c: Context<AppEnv>,
  { limit, remaining, resetSeconds }: { limit: number; remaining: number; resetSeconds: number },
): void {
  c.header("RateLimit-Limit", String(limit));
  c.header("RateLimit-Remaining", String(remaining));
  c.header("RateLimit-Reset", String(resetSeconds));
}
