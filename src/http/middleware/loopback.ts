import type { MiddlewareHandler, Next } from "hono";
import type { AppEnv } from "../env.js";
import { HttpProblem } from "../problem.js";

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Accepts only requests that name this machine. While no key is needed, listening on loopback is all that guards the
 * memories, and a web page could get around that: its own name, resolved to 127.0.0.1 (DNS rebinding).
 */
export function onlyLoopbackHosts(keyRequired: () => Promise<boolean>): MiddlewareHandler<AppEnv> {
  const fromElsewhere = async (next: Next): Promise<void> => {
    // While Redis is down it isn't known whether keys are required, so the check applies.
    if (await keyRequired().catch(() => false)) return next();
    throw new HttpProblem(
      "misdirected_request",
      "Without API keys, only requests to localhost, 127.0.0.1 or [::1] are accepted.",
    );
  };
  return (c, next) => (LOOPBACK_HOST.test(c.req.header("host") ?? "") ? next() : fromElsewhere(next));
}
