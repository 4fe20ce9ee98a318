import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler, Next } from "hono";
import type { AppEnv } from "../env.js";
import { isInner } from "../inner-request.js";
import { HttpProblem } from "../problem.js";

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

const OTHER_HOST = "Without API keys, only requests to localhost, 127.0.0.1 or [::1] are accepted.";
const THROUGH_PROXY =
  "Without API keys, requests that a proxy has forwarded (Forwarded, Via, X-Forwarded-*, X-Real-IP) are refused. Create a key (npx mneme keys create --admin --agent NAME) and send it as Authorization: Bearer.";

/** Set by proxies. */
const FORWARDED = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-server",
  "x-real-ip",
];

/**
 * Accepts only requests that name this machine, and that no proxy has forwarded: one on this machine would let in
 * everyone who reaches it. While no key is needed, listening on loopback is all that guards the
 * memories, and a web page could get around that: its own name, resolved to 127.0.0.1 (DNS rebinding).
 */
export function onlyLoopbackHosts(keyRequired: () => Promise<boolean>): MiddlewareHandler<AppEnv> {
  const fromElsewhere = async (next: Next, detail: string): Promise<void> => {
    // While Redis is down it isn't known whether keys are required, so the check applies.
    if (await keyRequired().catch(() => false)) return next();
    throw new HttpProblem("misdirected_request", detail);
  };
  return (c, next) => {
    if (!LOOPBACK_HOST.test(c.req.header("host") ?? "")) return fromElsewhere(next, OTHER_HOST);
    return isForwarded(c) ? fromElsewhere(next, THROUGH_PROXY) : next();
  };
}

/** By Node's own headers: Hono checks each name and value that it is asked for. */
function isForwarded(c: Context<AppEnv>): boolean {
  if (isInner(c)) return FORWARDED.some((name) => c.req.header(name) !== undefined);
  const { headers } = (c.env as HttpBindings).incoming;
  return FORWARDED.some((name) => headers[name] !== undefined);
}
