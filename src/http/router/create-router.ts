import type { RouteConfig, z } from "@hono/zod-openapi";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Handler, MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.js";
import { HybridRouter } from "./hybrid-router.js";
import { validated } from "./validate.js";
import type { Taken } from "./validate.js";

/** A router whose schema complaints become problems that name the field. */
export function createRouter() {
  const router = new OpenAPIHono<AppEnv>({ router: new HybridRouter() });
  return checkingAtOnce(router);
}

type Route = RouteConfig & { readonly middleware?: MiddlewareHandler<AppEnv> | MiddlewareHandler<AppEnv>[] };

/** Gives `openapi` another way to check what a route takes. Its types stay: they say what {@link validated} gives. */
function checkingAtOnce<App extends OpenAPIHono<AppEnv>>(app: App): App {
  const openapi = ({ middleware = [], ...route }: Route, handler: Handler<AppEnv>): App => {
    app.openAPIRegistry.registerPath(route);
    const path = route.path.replaceAll(/\/{(.+?)}/g, "/:$1");
    app.on([route.method], [path], ...[middleware].flat(), validated(takenBy(route), handler));
    return app;
  };
  return Object.assign(app, { openapi });
}

function takenBy({ request }: RouteConfig): Taken {
  const { headers } = request ?? {};
  const json = Object.entries(request?.body?.content ?? {}).find(([type]) => type.endsWith("json"))?.[1];
  const body = json !== undefined && "schema" in json ? json.schema : undefined;
  return {
    query: request?.query,
    params: request?.params,
    headers: isSchema(headers) ? headers : undefined,
    body: isSchema(body) ? body : undefined,
  };
}

const isSchema = (described: object | undefined): described is z.ZodType =>
  described !== undefined && "safeParse" in described;
