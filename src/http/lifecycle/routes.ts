import { forget } from "../../memory/forget/forget.js";
import { stats } from "../../memory/lifecycle/stats.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { forgetRequest, forgetResponse, viewForgotten } from "./forget-schemas.js";
import { statsView, viewStats } from "./stats-schemas.js";
import { jsonBody, jsonResponse, namespaceParam, problems, unfitBody } from "../openapi/responses.js";

const tags = ["lifecycle"];

const forgetRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/forget",
  operationId: "forgetMemories",
  traits: { lane: "walk", shows: [] },
  tags,
  summary: "Forget memories by a policy",
  description:
    "Permanently deletes the memories that meet all conditions, one part of the namespace per request. Follow `cursor` until it is null, with the same policy. Each memory that existed at the first request is examined once. A memory that changes between examination and deletion stays. Needs `write`, and `read` because the answer names memories.",
  request: { params: namespaceParam, body: jsonBody(forgetRequest) },
  responses: { 200: jsonResponse(forgetResponse, "The forgotten memories."), ...problems, ...unfitBody },
});

const statsRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/stats",
  operationId: "getStats",
  traits: { lane: "search" },
  tags,
  summary: "Read a namespace's statistics",
  request: { params: namespaceParam },
  responses: { 200: jsonResponse(statsView, "The statistics."), ...problems },
});

export function lifecycleRoutes({ services, now }: AppDeps) {
  return createRouter()
    .openapi(statsRoute, async (c) =>
      c.json(viewStats(await stats(services, contextOf(c, now), c.req.valid("param").ns)), 200),
    )
    .openapi(forgetRoute, async (c) => {
      const input = c.req.valid("json");
      const outcome = await forget(services, contextOf(c, now), c.req.valid("param").ns, input);
      return c.json(viewForgotten(outcome, input.dry_run), 200);
    });
}
