import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { HttpBindings } from "@hono/node-server";
import type { AppEnv } from "../env.js";
import { isInner } from "../inner-request.js";

/** What a caller may choose: it is logged and recorded. */
const REQUEST_ID = /^[\w\-=]{1,64}$/;

/**
 * Gives each request an id: the caller's `X-Request-Id` if it is one, else a new one. Every answer has it.
 *
 * Set on Node's own answer: headers that Hono collects beforehand become a Headers object, which is slower to make, to
 * sort and to read than all other middleware together.
 */
export function identifyRequest(): MiddlewareHandler<AppEnv & { Bindings: HttpBindings }> {
  return (c, next) => {
    c.set("arrivedAt", performance.now());
    const asked = c.req.header("x-request-id");
    const id = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
    c.set("requestId", id);
    if (isInner(c)) c.header("X-Request-Id", id);
    else c.env.outgoing.setHeader("X-Request-Id", id);
    return next();
  };
}
