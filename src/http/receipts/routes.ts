import { createRoute } from "@hono/zod-openapi";
import { readReceipt } from "../../memory/recall/read-receipt.js";
import { replayReceipt } from "../../memory/recall/replay-receipt.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRouter } from "../router/create-router.js";
import { receiptParams, receiptView, replayView, viewReceipt, viewReplay } from "./schemas.js";
import { jsonResponse, mismatch, problems, receiptMissing, unfitBody } from "../openapi/responses.js";

const readRoute = createRoute({
  method: "get",
  path: "/v1/receipts/{id}",
  operationId: "getReceipt",
  tags: ["recall"],
  summary: "Read the receipt of a recall",
  description:
    "What was asked, and what was known, each memory as it was then. For who may read all that was asked for and found; to others there is no such receipt.",
  request: { params: receiptParams },
  responses: {
    200: jsonResponse(receiptView, "The receipt, with the memories as they were known."),
    ...problems,
    ...receiptMissing,
  },
});

const replayRoute = createRoute({
  method: "post",
  path: "/v1/receipts/{id}/replay",
  operationId: "replayReceipt",
  tags: ["recall"],
  summary: "Recall the same again",
  description: "What was known then, and what the same request recalls now, side by side.",
  request: { params: receiptParams },
  responses: {
    200: jsonResponse(replayView, "Then and now."),
    ...problems,
    ...receiptMissing,
    ...mismatch,
    ...unfitBody,
  },
});

export function receiptRoutes({ services, now }: AppDeps) {
  return createRouter()
    .openapi(readRoute, async (c) => {
      const found = await readReceipt(services, contextOf(c, now), c.req.valid("param").id);
      return c.json(viewReceipt(found), 200);
    })
    .openapi(replayRoute, async (c) => {
      const replay = await replayReceipt(services, contextOf(c, now), c.req.valid("param").id);
      return c.json(viewReplay(replay), 200);
    });
}
