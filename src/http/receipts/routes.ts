import { listReceipts } from "../../memory/recall/list-receipts.js";
import { readReceipt } from "../../memory/recall/read-receipt.js";
import { replayReceipt } from "../../memory/recall/replay-receipt.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  receiptPage,
  receiptParams,
  receiptsParameters,
  receiptView,
  replayView,
  viewListed,
  viewReceipt,
  viewReplay,
} from "./schemas.js";
import {
  jsonResponse,
  mismatch,
  namespaceParam,
  problems,
  receiptMissing,
  unfitBody,
} from "../openapi/responses.js";

const readRoute = createRoute({
  method: "get",
  path: "/v1/receipts/{id}",
  operationId: "getReceipt",
  traits: { lane: "direct" },
  tags: ["recall"],
  summary: "Read the receipt of a recall",
  description:
    "Returns the query and its results, each memory as it was then. Only callers that may read everything searched and found can see the receipt; others get 404.",
  request: { params: receiptParams },
  responses: {
    200: jsonResponse(receiptView, "The receipt, with the memories as they were then."),
    ...problems,
    ...receiptMissing,
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/receipts",
  operationId: "listReceipts",
  // A page may look up a thousand receipts.
  traits: { lane: "search" },
  tags: ["recall"],
  summary: "List the receipts of a namespace",
  description:
    "Lists receipts of recalls that asked for this namespace alone, newest first, without their results. A page examines at most 1,000 receipts, so it may hold fewer than `limit`. Receipts of release 0.1.0 aren't listed.",
  request: { params: namespaceParam, query: receiptsParameters },
  responses: { 200: jsonResponse(receiptPage, "A page."), ...problems },
});

const replayRoute = createRoute({
  method: "post",
  path: "/v1/receipts/{id}/replay",
  operationId: "replayReceipt",
  traits: { lane: "search", readsOnly: true, shows: [] },
  tags: ["recall"],
  summary: "Replay a receipt",
  description: "Runs the same recall now and returns both results side by side.",
  request: { params: receiptParams },
  responses: {
    200: jsonResponse(replayView, "The results of then and of now."),
    ...problems,
    ...receiptMissing,
    ...mismatch,
    ...unfitBody,
  },
});

export function receiptRoutes({ services, now }: AppDeps) {
  return createRouter()
    .openapi(listRoute, async (c) => {
      const query = c.req.valid("query");
      const page = await listReceipts(services, contextOf(c, now), c.req.valid("param").ns, query);
      return c.json({ receipts: page.receipts.map(viewListed), cursor: page.cursor ?? null }, 200);
    })
    .openapi(readRoute, async (c) => {
      const found = await readReceipt(services, contextOf(c, now), c.req.valid("param").id);
      return c.json(viewReceipt(found), 200);
    })
    .openapi(replayRoute, async (c) => {
      const replay = await replayReceipt(services, contextOf(c, now), c.req.valid("param").id);
      return c.json(viewReplay(replay), 200);
    });
}
