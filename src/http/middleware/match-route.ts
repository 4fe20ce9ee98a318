import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.js";
import type { RouteTable } from "../router/route-table.js";

/** Finds the request's route once, for all middleware that its traits concern. */
export function matchRoute(routes: RouteTable): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    c.set("route", routes.find(c));
    return next();
  };
}
