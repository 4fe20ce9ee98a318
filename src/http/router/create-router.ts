import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../env.js";
import { HybridRouter } from "./hybrid-router.js";
import { invalidRequest } from "../problem.js";

/** A router whose schema complaints become problems that name the field. */
export function createRouter() {
  return new OpenAPIHono<AppEnv>({
    router: new HybridRouter(),
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });
}
