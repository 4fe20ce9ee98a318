import type { Context as HonoContext } from "hono";
import type { Context } from "../memory/context.js";
import type { AppEnv } from "./env.js";

/** The verb's context of a request. Without keys, everybody is the same agent. */
export function contextOf(c: HonoContext<AppEnv>, now: () => number): Context {
  return { actor: { agent: "anonymous" }, requestId: c.get("requestId"), now };
}
