import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import type { RouterRoute } from "hono/types";
import type { AppEnv } from "../env.js";
import { traitsOf } from "../route-traits.js";
import type { MatchedRoute, RouteTraits } from "../route-traits.js";
import { isMiddleware } from "./methods.js";

/** A path that exists needs a key unless its route says otherwise; so does every other path. */
const NO_ROUTE: MatchedRoute = { pattern: "/*", exists: false, traits: { lane: "direct" } };

/** Finds the route of a request, and what the route states, in one look-up. */
export class RouteTable {
  readonly #routes = new Map<RouterRoute, MatchedRoute>();

  /**
   * Reads the traits of all routes that `app` has now. `undescribed`: those of routes that aren't in the description, by
   * method and path. Throws if a route states none: it would get the defaults of no one's choice.
   */
  fill(app: OpenAPIHono<AppEnv>, undescribed: Readonly<Record<string, RouteTraits>>): void {
    const stated = new Map(Object.entries(undescribed));
    for (const { type, ...definition } of app.openAPIRegistry.definitions) {
      if (type !== "route" || !("route" in definition)) continue;
      const { method, path } = definition.route;
      const traits = traitsOf(definition.route);
      if (traits !== undefined) stated.set(`${method.toUpperCase()} ${patternOf(path)}`, traits);
    }
    for (const route of app.routes) {
      if (isMiddleware(route)) continue;
      const traits = stated.get(`${route.method} ${route.path}`);
      if (traits === undefined) {
        throw new Error(`The route ${route.method} ${route.path} states no traits: see createRoute.`);
      }
      this.#routes.set(route, { pattern: route.path, exists: true, traits });
    }
  }

  find(c: Context<AppEnv>): MatchedRoute {
    const route = matchedRoutes(c).find((matched) => !isMiddleware(matched));
    return (route && this.#routes.get(route)) ?? NO_ROUTE;
  }
}

/** How Hono writes the path of the description. */
function patternOf(path: string): string {
  return path.replaceAll(/\{([^}]+)\}/g, ":$1");
}
