import { beginErasure } from "../../erasures/begin.js";
import { listErasures, readErasure } from "../../erasures/read.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  erasureMissing,
  jsonBody,
  jsonResponse,
  problems,
  tooManyErasures,
  transferNotReady,
  unfitBody,
} from "../openapi/responses.js";
import {
  erasureListParameters,
  erasurePage,
  erasureParams,
  erasureRequest,
  erasureView,
  targetOf,
  viewErasure,
} from "./schemas.js";

const tags = ["erasure"];

const beginRoute = createRoute({
  method: "post",
  path: "/v1/erasures",
  operationId: "startErasure",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Start an erasure",
  description:
    "Erases a person (`subject`), memories (`filter`) or whole namespaces (`namespace`), wherever mneme keeps them. The answer comes at once; a background worker erases. Needs `admin`, `read` and `write` in the namespaces. A key can have 16 erasures running. See docs/privacy.md.",
  request: { body: jsonBody(erasureRequest) },
  responses: {
    202: jsonResponse(erasureView, "The erasure has started.", "Location"),
    ...problems,
    ...unfitBody,
    ...transferNotReady,
    ...tooManyErasures,
  },
});

const readRoute = createRoute({
  method: "get",
  path: "/v1/erasures/{id}",
  operationId: "getErasure",
  traits: { lane: "direct" },
  tags,
  summary: "Read the progress of an erasure, and its certificate",
  description:
    "Needs `admin` and `read` on all namespaces of the erasure. The certificate is kept for 400 days and holds no content.",
  request: { params: erasureParams },
  responses: { 200: jsonResponse(erasureView, "The erasure."), ...problems, ...erasureMissing },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/erasures",
  operationId: "listErasures",
  traits: { lane: "direct" },
  tags,
  summary: "List erasures",
  description:
    "Lists the erasures of namespaces that the key administers and reads, newest first. Follow `cursor` until it is null: a page may hold fewer than `limit`.",
  request: { query: erasureListParameters },
  responses: { 200: jsonResponse(erasurePage, "A page."), ...problems },
});

export function erasureRoutes({ erasures, now }: AppDeps) {
  return createRouter()
    .openapi(beginRoute, async (c) => {
      const input = c.req.valid("json");
      const { namespace, dry_run } = input;
      const wanted = { target: targetOf(input), namespace, dryRun: dry_run };
      const job = await beginErasure(erasures, contextOf(c, now), wanted);
      c.header("Location", `/v1/erasures/${job.id}`);
      return c.json(viewErasure(job), 202);
    })
    .openapi(readRoute, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(viewErasure(await readErasure(erasures, contextOf(c, now), id)), 200);
    })
    .openapi(listRoute, async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const page = await listErasures(erasures, contextOf(c, now), { limit, cursor });
      return c.json({ erasures: page.erasures.map(viewErasure), cursor: page.cursor ?? null }, 200);
    });
}
