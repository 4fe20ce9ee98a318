import type { Hono } from "hono";
import type { AppEnv } from "../env.js";

/** Middleware is registered for every path. */
export function isMiddleware(route: { readonly path: string }): boolean {
  return route.path === "/*";
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods that a route takes at this path, as `Allow` names them. Middleware, which takes them all, doesn't count. */
export function allowedMethods(app: Pick<Hono<AppEnv>, "router">, path: string): string[] {
  const taken = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method && !isMiddleware(route)),
  );
  return taken.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
