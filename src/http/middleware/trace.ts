import type { MiddlewareHandler } from "hono";
import { under } from "../../domain/tracing.js";
import type { Tracing } from "../../tracing/tracing.js";
import type { AppEnv } from "../env.js";

/** One trace per request, named by its route's pattern. */
export function trace(tracing: Tracing): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const span = tracing.request(c.req.method, c.get("route").pattern, (name) => c.req.header(name));
    try {
      await under(span, next);
    } finally {
      span.answered(c.res.status, c.get("requestId"));
    }
  };
}
