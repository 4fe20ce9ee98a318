import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { LIMITS } from "../../memory/limits.js";
import type { AppEnv } from "../env.js";
import { HttpProblem } from "../problem.js";

const BODY_METHODS = new Set(["POST", "PUT", "PATCH"]);

/** Refuses a body that is too large before it is read whole, and one that doesn't say that it's JSON. */
export function limitBody(): MiddlewareHandler<AppEnv> {
  const small = limitOf(LIMITS.requestBytes);
  const batch = limitOf(LIMITS.batchBytes);
  return (c, next) => {
    if (!BODY_METHODS.has(c.req.method)) return next();
    if (!/^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "")) {
      throw new HttpProblem("unsupported_media_type", "Send the body as application/json.");
    }
    return c.req.path.endsWith("/batch") ? batch(c, next) : small(c, next);
  };
}

function limitOf(maxSize: number): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new HttpProblem("payload_too_large", `The body must not exceed ${maxSize} bytes.`);
    },
  });
}
