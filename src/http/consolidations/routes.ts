import { z } from "@hono/zod-openapi";
import { beginConsolidation } from "../../memory/consolidation/execute/begin.js";
import { undoConsolidation } from "../../memory/consolidation/execute/begin-undo.js";
import { listConsolidations, readConsolidation } from "../../memory/consolidation/plan/read.js";
import { STEPS } from "../../memory/consolidation/run.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { optionalBody } from "../middleware/optional-body.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  begunView,
  consolidationRequest,
  runList,
  runListParameters,
  runParameters,
  runView,
  viewRun,
  viewRunHead,
} from "./schemas.js";
import { memoryId, namespace } from "../openapi/primitives.js";
import {
  consolidationBusy,
  consolidationMissing,
  optionalJsonBody,
  jsonResponse,
  namespaceParam,
  problems,
  unfitBody,
} from "../openapi/responses.js";

const tags = ["consolidation"];
const params = z.strictObject({
  ns: namespace,
  id: memoryId.openapi({ description: "Id of the consolidation run." }),
});

const beginRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/consolidations",
  operationId: "startConsolidation",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Start a consolidation run, or only plan one",
  description:
    "Without a body, or with an empty one, the run uses all defaults. The answer comes at once; any process of the service does the work in the background, and `GET` shows its progress. A namespace has at most one run in progress. Needs `write` and `read`.",
  middleware: [optionalBody] as const,
  request: { params: namespaceParam, body: optionalJsonBody(consolidationRequest) },
  responses: {
    202: jsonResponse(begunView, "The run has started.", "Location"),
    ...problems,
    ...unfitBody,
    ...consolidationBusy,
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/consolidations",
  operationId: "listConsolidations",
  traits: { lane: "direct" },
  tags,
  summary: "List the latest consolidation runs",
  request: { params: namespaceParam, query: runListParameters },
  responses: { 200: jsonResponse(runList, "The runs, newest first."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/consolidations/{id}",
  operationId: "getConsolidation",
  traits: { lane: "direct" },
  tags,
  summary: "Read a consolidation run: its plan, progress and results",
  request: { params, query: runParameters },
  responses: { 200: jsonResponse(runView, "The run."), ...problems, ...consolidationMissing },
});

const undoRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/consolidations/{id}/undo",
  operationId: "undoConsolidation",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Undo a consolidation run",
  description:
    "The answer comes at once. Sources become visible to recall again, and memories made by the run are deleted. Memories that were since changed, written again, rated, published or used as a source stay; the run lists them in `kept`. Needs `write` and `read`.",
  request: { params },
  responses: {
    202: jsonResponse(begunView, "The undo has started."),
    ...problems,
    ...consolidationMissing,
    ...consolidationBusy,
  },
});

export function consolidationRoutes({ consolidation, now }: AppDeps) {
  return createRouter()
    .openapi(beginRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const { steps, ...options } = c.req.valid("json");
      const ordered = STEPS.filter((each) => steps.includes(each));
      const id = await beginConsolidation(consolidation, contextOf(c, now), ns, {
        ...options,
        steps: ordered,
      });
      c.header("Location", `/v1/namespaces/${ns}/consolidations/${id}`);
      return c.json({ id }, 202);
    })
    .openapi(listRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const runs = await listConsolidations(consolidation, contextOf(c, now), ns, c.req.valid("query").limit);
      return c.json({ consolidations: runs.map(viewRunHead) }, 200);
    })
    .openapi(readRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      return c.json(
        viewRun(await readConsolidation(consolidation, contextOf(c, now), ns, id, c.req.valid("query"))),
        200,
      );
    })
    .openapi(undoRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      await undoConsolidation(consolidation, contextOf(c, now), ns, id);
      return c.json({ id }, 202);
    });
}
