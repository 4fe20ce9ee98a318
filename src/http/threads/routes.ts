import { createRoute } from "@hono/zod-openapi";
import { listCheckpoints } from "../../threads/list-checkpoints.js";
import { listThreads } from "../../threads/list-threads.js";
import { readThread } from "../../threads/read-thread.js";
import { removeThread } from "../../threads/remove-thread.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRouter } from "../router/create-router.js";
import {
  checkpointPage,
  checkpointParameters,
  threadDetailView,
  threadListParameters,
  threadPage,
  threadParameters,
  threadParams,
  viewCheckpoints,
  viewListedThread,
  viewThreadDetail,
} from "./schemas.js";
import { jsonResponse, problems, threadMissing } from "../openapi/responses.js";

const tags = ["threads"];

const listRoute = createRoute({
  method: "get",
  path: "/v1/threads",
  operationId: "listThreads",
  tags,
  summary: "List threads of graph runs",
  description:
    "What graphs with a RedisSaver of `@mneme/checkpointer` keep in this Redis, the youngest first. Follow `cursor` until it is null: a page may hold fewer than `limit` where threads have expired.",
  request: { query: threadListParameters },
  responses: { 200: jsonResponse(threadPage, "A page."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: "/v1/threads/{id}",
  operationId: "getThread",
  tags,
  summary: "Read a thread",
  request: { params: threadParams, query: threadParameters },
  responses: {
    200: jsonResponse(threadDetailView, "The thread, with its newest checkpoint."),
    ...problems,
    ...threadMissing,
  },
});

const checkpointsRoute = createRoute({
  method: "get",
  path: "/v1/threads/{id}/checkpoints",
  operationId: "listCheckpoints",
  tags,
  summary: "List a thread's checkpoints",
  description:
    "By descending id. Follow `before` until it is null. The channels of a checkpoint that LangGraph rebuilds from writes (DeltaChannel) aren't among its values.",
  request: { params: threadParams, query: checkpointParameters },
  responses: { 200: jsonResponse(checkpointPage, "A page."), ...problems, ...threadMissing },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/v1/threads/{id}",
  operationId: "deleteThread",
  tags,
  summary: "Delete a thread",
  description: "With all of its checkpoints. Takes `write`.",
  request: { params: threadParams, query: threadParameters },
  responses: { 204: { description: "Deleted." }, ...problems, ...threadMissing },
});

export function threadRoutes({ threads, now }: AppDeps) {
  return createRouter()
    .openapi(listRoute, async (c) => {
      const { namespace, ...rest } = c.req.valid("query");
      const page = await listThreads(threads, contextOf(c, now), { namespace, ...rest });
      return c.json({ threads: page.threads.map(viewListedThread), cursor: page.cursor ?? null }, 200);
    })
    .openapi(readRoute, async (c) => {
      const ref = { namespace: c.req.valid("query").namespace, id: c.req.valid("param").id };
      return c.json(viewThreadDetail(await readThread(threads, contextOf(c, now), ref)), 200);
    })
    .openapi(checkpointsRoute, async (c) => {
      const { namespace, checkpoint_ns, before, limit } = c.req.valid("query");
      const ref = { namespace, id: c.req.valid("param").id };
      const query = { checkpointNamespace: checkpoint_ns, before, limit: limit + 1 };
      const found = await listCheckpoints(threads, contextOf(c, now), ref, query);
      const page = viewCheckpoints(found.slice(0, limit));
      return c.json(
        { checkpoints: page, before: found.length > limit ? (page.at(-1)?.id ?? null) : null },
        200,
      );
    })
    .openapi(removeRoute, async (c) => {
      const ref = { namespace: c.req.valid("query").namespace, id: c.req.valid("param").id };
      await removeThread(threads, contextOf(c, now), ref);
      return c.body(null, 204);
    });
}
