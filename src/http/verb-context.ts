import type { Context as HonoContext } from "hono";
import type { Context } from "../domain/context.js";
import type { AppEnv } from "./env.js";

/** The context of a request's act. */
export function contextOf(c: HonoContext<AppEnv>, now: () => number): Context {
  return { actor: c.get("actor"), requestId: c.get("requestId"), now, operation: c.get("operation") };
}
