import { Hono } from "hono";
import type { AppEnv } from "../http/env.js";
import { HttpProblem } from "../http/problem.js";
import { respondFile } from "../http/responses/stored-file.js";
import type { RouteTraits } from "../http/route-traits.js";
import { loadAssets } from "./assets.js";
import type { Assets } from "./assets.js";

/**
 * What recalled text could still do if a view ever took it for HTML: nothing. There is no script and no style but the
 * files that the service serves, no frame, no form, and no address but the service's own.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const HEADERS = { "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };
const PAGE_HEADERS = { ...HEADERS, "Content-Security-Policy": POLICY };
/** A file's name has the hash of its content. */
const ASSET_HEADERS = { ...HEADERS, "Cache-Control": "public, max-age=31536000, immutable" };

const PAGE_PATH = "/";
const ASSET_PATH = "/explorer/:file";
const TRAITS: RouteTraits = { lane: "unbounded", open: "metered" };

/** The traits of the routes of this file by path: the description of the API says nothing of them. */
export const EXPLORER_TRAITS: Readonly<Record<string, RouteTraits>> = {
  [`GET ${PAGE_PATH}`]: TRAITS,
  [`GET ${ASSET_PATH}`]: TRAITS,
};

/** The explorer: a page at `/` and its files. The page asks the HTTP API, with the key that its user gives it. */
export function explorerRoutes() {
  // Read when they are first asked for: many services never are.
  let loading: Promise<Assets> | undefined;
  const assets = (): Promise<Assets> =>
    (loading ??= loadAssets().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  return new Hono<AppEnv>()
    .get(PAGE_PATH, async (c) => respondFile(c, (await assets()).page, PAGE_HEADERS))
    .get(ASSET_PATH, async (c) => {
      const file = (await assets()).files.get(c.req.param("file"));
      if (file === undefined) throw new HttpProblem("route_not_found", "See /docs for the routes.");
      return respondFile(c, file, ASSET_HEADERS);
    });
}
