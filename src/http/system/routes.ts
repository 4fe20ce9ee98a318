import { z } from "@hono/zod-openapi";
import { authorizeScope } from "../../access/authorize.js";
import { allows, scopeOf } from "../../access/grants.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { jsonResponse, problems } from "../openapi/responses.js";

const component = z.object({
  status: z.enum(["ok", "degraded", "down", "off"]),
  reason: z.string().optional().openapi({
    description:
      "Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known.",
  }),
  detail: z.string().optional(),
});

const readinessView = z
  .object({
    ready: z.boolean(),
    redis: component.extend({
      warnings: z
        .array(
          z.object({
            reason: z
              .string()
              .openapi({ description: "Code of the setting, such as `redis_keeps_nothing`." }),
            detail: z.string(),
          }),
        )
        .optional()
        .openapi({
          description:
            "Settings by which Redis may lose acknowledged data, such as no persistence; absent if there are none.",
        }),
    }),
    stopping: z.boolean().openapi({
      description: "Whether the process is about to end. It then serves on for MNEME_DRAIN_SECONDS.",
    }),
    index: component,
    upgrade: component.openapi({
      description: "Status of the upgrade of old records; `degraded` while it runs in the background.",
    }),
    embedder: component.extend({ model: z.string().nullable() }),
    reranker: component.openapi({
      description:
        "Status of the reranker by its latest answer; `degraded` while it fails, `off` without one. The service is ready without it.",
    }),
    archive: component.openapi({
      description:
        "Status of the archive by its latest use; `degraded` while it can't be read or written, `off` without one.",
    }),
  })
  .openapi("Readiness");

const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "getHealth",
  // It costs nothing, and an orchestrator that gets a 429 would end the process.
  traits: { lane: "unbounded", open: "unmetered" },
  tags: ["system"],
  summary: "Check that the process is alive",
  responses: { 200: jsonResponse(z.object({ status: z.literal("ok") }), "The process is alive.") },
});

const readyRoute = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "getReadiness",
  // Its answer is reused for 100 ms. Behind a proxy, an orchestrator has the same address as strangers.
  traits: { lane: "unbounded", open: "unmetered" },
  tags: ["system"],
  summary: "Check that the process can serve",
  description:
    "Checks that Redis accepts writes, that the index can be queried, and that the embedder works. Without its embedder the service still recalls by keyword, so the embedder is then `degraded` and the service stays ready. A Redis that is out of memory is `degraded` too, because deletions still work.",
  responses: {
    200: jsonResponse(readinessView, "The process can serve."),
    503: jsonResponse(readinessView, "The process can't serve."),
  },
});

const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "getMetrics",
  traits: { lane: "unbounded", whileAway: true },
  tags: ["system"],
  summary: "Read the Prometheus metrics",
  description: "Needs `metrics` or `admin` on `**` as soon as an API key exists.",
  responses: {
    200: {
      description: "The metrics in the text exposition format.",
      content: { "text/plain": { schema: z.string() } },
    },
    ...problems,
  },
});

export function systemRoutes({ access, metrics, readiness, now }: AppDeps) {
  return createRouter()
    .openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(readyRoute, async (c) => {
      const state = await readiness();
      if (state.ready) return c.json(state, 200);
      c.header("Retry-After", "1");
      return c.json(state, 503);
    })
    .openapi(metricsRoute, async (c) => {
      const context = contextOf(c, now);
      const everything = scopeOf("**");
      const verb = allows(context.actor.grants, "metrics", everything) ? "metrics" : "admin";
      await authorizeScope(access.audit, context, everything, { verb, act: "access" });
      return c.text(await metrics.text(), 200, { "Content-Type": metrics.contentType });
    });
}
