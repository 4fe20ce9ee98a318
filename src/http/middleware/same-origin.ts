import type { MiddlewareHandler, Next } from "hono";
import type { AppEnv } from "../env.js";
import { HttpProblem } from "../problem.js";

/**
 * Refuses requests that a browser sends for a page of another origin. While no key is needed, a page that the user
 * visits could otherwise act with nothing but the address: CORS hides the answer from it, not the request from us.
 *
 * The rule is that of Go's CrossOriginProtection: `Sec-Fetch-Site`, which a page can't set, decides where a browser
 * sends it; else `Origin` must name the host that was asked. Callers that are no browser send neither.
 */
export function onlySameOrigin(keyRequired: () => Promise<boolean>): MiddlewareHandler<AppEnv> {
  const fromElsewhere = async (next: Next): Promise<void> => {
    // While Redis is down it isn't known whether keys are required, so the check applies.
    if (await keyRequired().catch(() => false)) return next();
    throw new HttpProblem(
      "cross_origin",
      "Without API keys, requests from web pages of another origin are refused. Create a key (npx mneme keys create --admin --agent NAME) and send it as Authorization: Bearer, or call the API from a program instead of a page.",
    );
  };
  return (c, next) => {
    const foreign = isForeign(c.req.header("sec-fetch-site"), c.req.header("origin"), c.req.header("host"));
    return !foreign || c.get("route").traits.open !== undefined ? next() : fromElsewhere(next);
  };
}

/** Whether a browser sends a request for a page of another origin, by the request's headers. */
export function isForeign(
  site: string | undefined,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  if (origin === undefined) return false;
  // An opaque origin ("null": a sandboxed frame, a file) is no URL, and so never this host.
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}
