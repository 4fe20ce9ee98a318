import { recallWithReceipt } from "../../memory/recall/recall-with-receipt.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { recallRequest, recallResponse } from "./schemas.js";
import { viewRecall } from "./view.js";
import { jsonBody, jsonResponse, mismatch, problems, unfitBody } from "../openapi/responses.js";

const recallRoute = createRoute({
  method: "post",
  path: "/v1/recall",
  operationId: "recall",
  traits: { lane: "search", budget: "body", shows: [], readsOnly: true },
  tags: ["recall"],
  summary: "Recall memories",
  description:
    "Searches by meaning and by keyword, and returns the best hits first. A memory that doesn't match the filter is never returned. `degraded` names retrievers that were unavailable.",
  request: { body: jsonBody(recallRequest) },
  responses: {
    200: jsonResponse(recallResponse, "The hits, at most `limit`."),
    ...problems,
    ...unfitBody,
    ...mismatch,
  },
});

export function recallRoutes({ services, now }: AppDeps) {
  return createRouter().openapi(recallRoute, async (c) => {
    const request = c.req.valid("json");
    const {
      memory_types,
      filter,
      recency,
      explain: _,
      receipt,
      thread_id,
      checkpoint_id,
      budget_ms: __,
      ...rest
    } = request;
    const outcome = await recallWithReceipt(
      services,
      contextOf(c, now),
      {
        ...rest,
        recency: recency && { halfLifeDays: recency.half_life_days, weight: recency.weight },
        filter: { ...filter, memory_types },
      },
      { receipt, thread_id, checkpoint_id },
      c.get("deadline"),
    );
    return c.json(viewRecall(outcome, request), 200);
  });
}
