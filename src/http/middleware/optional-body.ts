import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.js";

/** Before the schema of an optional body: many clients name a type for a body that they leave empty. It is {}. */
export const optionalBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if ((await c.req.text()) === "") Object.assign(c.req, { json: () => Promise.resolve({}) });
  return next();
};
