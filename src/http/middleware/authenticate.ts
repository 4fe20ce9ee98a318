import type { MiddlewareHandler } from "hono";
import { ANONYMOUS } from "../../domain/context.js";
import type { AppEnv } from "../env.js";

/** Says who asks. */
export function authenticate(): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    c.set("actor", ANONYMOUS);
    return next();
  };
}
