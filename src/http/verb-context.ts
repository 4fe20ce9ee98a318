import type { HttpBindings } from "@hono/node-server";
import type { Context as HonoContext } from "hono";
import type { Context } from "../domain/context.js";
import type { AppEnv } from "./env.js";
import { innerBindings } from "./inner-request.js";

/** The context of a request's act. */
export function contextOf(c: HonoContext<AppEnv>, now: () => number): Context {
  const { outgoing } = c.env as Partial<HttpBindings>;
  // A request that a tool makes in this process has no answer of Node's, but its call has.
  const gone = innerBindings(c)?.gone ?? (() => outgoing?.destroyed === true);
  return {
    actor: c.get("actor"),
    requestId: c.get("requestId"),
    now,
    operation: c.get("operation"),
    again: c.get("again") === true,
    gone,
  };
}
