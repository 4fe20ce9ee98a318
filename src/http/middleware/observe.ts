import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import { activeSpan } from "../../domain/tracing.js";
import type { AppEnv } from "../env.js";
import type { Metrics } from "../metrics.js";

/**
 * One log line and one measurement per request. The path is given as its route's pattern: no id, no namespace, no
 * content.
 */
export function observe(logger: Logger, metrics: Metrics): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const seconds = (performance.now() - start) / 1000;
    const { pattern: route } = c.get("route");
    metrics.request(c.req.method, route, c.res.status, seconds);
    logger.info(
      {
        request_id: c.get("requestId"),
        trace_id: activeSpan()?.traceId,
        method: c.req.method,
        route,
        status: c.res.status,
        code: c.get("problemCode"),
        ms: Math.round(seconds * 1e5) / 100,
      },
      "request",
    );
  };
}
