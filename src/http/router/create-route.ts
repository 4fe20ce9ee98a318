import { createRoute as describeRoute } from "@hono/zod-openapi";
import type { RouteConfig } from "@hono/zod-openapi";
import type { StatedTraits } from "../route-traits.js";

/** Declares a route: its description, and its traits for the middleware. */
export function createRoute<
  const Path extends string,
  Route extends Omit<RouteConfig, "path"> & { readonly path: Path },
>(route: Route & { readonly traits: StatedTraits<Route["method"]> }) {
  return describeRoute<Path, Route>(route);
}
