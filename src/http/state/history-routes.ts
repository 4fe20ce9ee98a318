import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { listHistory } from "../../state/history.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { jsonTextResponse } from "../responses/json-text.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { defaultInteger } from "../openapi/primitives.js";
import { stateHistory, stateParams, writeHistory } from "./schemas.js";
import { jsonResponse, problem, problems } from "../openapi/responses.js";

const historyRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/state/{key}/history",
  operationId: "listStateVersions",
  traits: { lane: "direct" },
  tags: ["state"],
  summary: "List the versions of state",
  description:
    "Lists the versions that the history still holds, newest first, including deletions. Follow `cursor` until it is null: a page with large values may hold fewer than `limit`.",
  request: {
    params: stateParams,
    query: z.strictObject({
      limit: defaultInteger(1, LIMITS.historyLimit, 20),
      cursor: z.string().min(1).max(64).optional(),
    }),
  },
  responses: {
    200: jsonResponse(stateHistory, "A page."),
    ...problems,
    404: { ...problem, description: "There is no such state in the history." },
  },
});

const answer = jsonTextResponse<z.infer<typeof stateHistory>>();

export function stateHistoryRoutes({ state, now }: AppDeps) {
  return createRouter().openapi(historyRoute, async (c) => {
    const { ns, key } = c.req.valid("param");
    const { limit, cursor } = c.req.valid("query");
    const page = await listHistory(state, contextOf(c, now), { namespace: ns, key }, { limit, cursor });
    return answer(writeHistory(key, page.versions, page.next), 200);
  });
}
