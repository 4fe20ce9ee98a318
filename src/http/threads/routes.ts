import { listCheckpoints } from "../../threads/list-checkpoints.js";
import { listThreads } from "../../threads/list-threads.js";
import { readThread } from "../../threads/read-thread.js";
import { removeThread } from "../../threads/remove-thread.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
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
  traits: { lane: "direct" },
  tags,
  summary: "List LangGraph threads",
  description:
    "Lists the threads that a RedisSaver of `@mneme/checkpointer` stored in this Redis, newest first. Follow `cursor` until it is null: a page may hold fewer than `limit` if threads have expired.",
  request: { query: threadListParameters },
  responses: { 200: jsonResponse(threadPage, "A page."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: "/v1/threads/{id}",
  operationId: "getThread",
  traits: { lane: "direct" },
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
  traits: { lane: "direct" },
  tags,
  summary: "List a thread's checkpoints",
  description:
    "Lists checkpoints by descending id. Follow `before` until it is null. Channels that LangGraph rebuilds from writes (DeltaChannel) aren't among the values.",
  request: { params: threadParams, query: checkpointParameters },
  responses: { 200: jsonResponse(checkpointPage, "A page."), ...problems, ...threadMissing },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/v1/threads/{id}",
  operationId: "deleteThread",
  traits: { lane: "direct" },
  tags,
  summary: "Delete a thread",
  description: "Deletes the thread with all its checkpoints. Needs `write`.",
  request: { params: threadParams, query: threadParameters },
  responses: { 204: { description: "The thread is deleted." }, ...problems, ...threadMissing },
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
