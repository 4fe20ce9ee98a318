import type { HttpBindings } from "@hono/node-server";
import type { Context as HonoContext } from "hono";
import type { Context } from "../domain/context.js";
import type { AppEnv } from "./env.js";

/** The context of a request's act. */
export function contextOf(c: HonoContext<AppEnv>, now: () => number): Context {
  // A request that a tool makes in this process has no answer of Node's.
  const { outgoing } = c.env as Partial<HttpBindings>;
  return {
    actor: c.get("actor"),
    requestId: c.get("requestId"),
    now,
    operation: c.get("operation"),
    again: c.get("again") === true,
    gone: () => outgoing?.destroyed === true,
  };
}
