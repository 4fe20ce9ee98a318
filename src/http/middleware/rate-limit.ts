import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler, Next } from "hono";
import type { RateLimiter } from "../../access/rate-limit.js";
import { DomainError } from "../../domain/errors.js";
import type { AppEnv } from "../env.js";
import { innerBindings, isInner } from "../inner-request.js";

type RateEnv = AppEnv & { Bindings: HttpBindings };

interface Bound {
  readonly keyId: string;
  readonly limit: number;
}

/**
 * Requests a minute for each key: its own limit, else `byDefault`; and those of the keys that made it, so that many keys
 * may do no more together than the one that made them. Without any limit, nothing is counted or asked.
 */
export function limitRate(limiter: RateLimiter, byDefault: number | undefined): MiddlewareHandler<RateEnv> {
  const withBounds = async (c: Context<RateEnv>, next: Next, bounds: readonly Bound[]): Promise<void> => {
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
  return (c, next) => {
    if (innerBindings(c)?.withCall === true) return next();
    const limits = c.get("rateLimits") ?? [];
    // Most keys have none, and no list is made for them.
    if (byDefault === undefined && limits.every(({ limit }) => limit === null)) return next();
    const bounds = limits.flatMap(({ keyId, limit }) => {
      const most = limit ?? byDefault;
      return most === undefined ? [] : [{ keyId, limit: most }];
    });
    return bounds.length === 0 ? next() : withBounds(c, next, bounds);
  };
}

function setHeaders(
  c: Context<RateEnv>,
  { limit, remaining, resetSeconds }: { limit: number; remaining: number; resetSeconds: number },
): void {
  // No tool reads them.
  if (isInner(c)) return;
  // On Node's own answer, see identify.ts.
  const { outgoing } = c.env;
  outgoing.setHeader("RateLimit-Limit", String(limit));
  outgoing.setHeader("RateLimit-Remaining", String(remaining));
  outgoing.setHeader("RateLimit-Reset", String(resetSeconds));
}
