import { z } from "@hono/zod-openapi";
import { append } from "../../memory/sessions/append.js";
import { sessionContext } from "../../memory/sessions/context.js";
import { listSessions } from "../../memory/sessions/list.js";
import { readMessages, readSession } from "../../memory/sessions/read.js";
import { removeSession } from "../../memory/sessions/remove.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { filterOf } from "../memories/list-schemas.js";
import { derivedPolicy, erasedView, viewErased } from "../openapi/erased.js";
import {
  appendedView,
  contextParameters,
  contextView,
  viewContext,
  messagesIn,
  messagesPage,
  messagesParameters,
  newMessages,
  sessionPage,
  sessionParams,
  sessionsParameters,
  sessionView,
  viewAppended,
  viewMessage,
  viewSession,
} from "./schemas.js";
import {
  full,
  jsonBody,
  jsonResponse,
  namespaceParam,
  problem,
  problems,
  refusedData,
  unfitBody,
} from "../openapi/responses.js";

const tags = ["sessions"];
const path = "/v1/namespaces/{ns}/sessions/{sid}";
export const sessionMissing = {
  404: { ...problem, description: "There is no such session, or it has expired." },
} as const;

const appendRoute = createRoute({
  method: "post",
  path: `${path}/messages`,
  operationId: "appendMessages",
  traits: { lane: "write", shows: ["session"] },
  tags,
  summary: "Append messages to a session",
  description:
    "A session begins with its first message. The cost of a request doesn't depend on the session's length. When the session exceeds its window, the oldest turns are summarised and promoted to episodic memory in the background.",
  request: { params: sessionParams, body: jsonBody(newMessages) },
  responses: {
    201: jsonResponse(
      appendedView,
      "The messages were appended in this order. `number` is the sequence number of each.",
    ),
    200: jsonResponse(appendedView, "All of these messages already existed."),
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...full,
  },
});

const messagesRoute = createRoute({
  method: "get",
  path: `${path}/messages`,
  operationId: "listMessages",
  traits: { lane: "direct" },
  tags,
  summary: "Read a session's messages",
  description:
    "Returns messages in ascending order: the last ones unless `after` is given. Messages promoted to episodic memory are no longer in the session. Restarts the session's TTL.",
  request: { params: sessionParams, query: messagesParameters },
  responses: { 200: jsonResponse(messagesPage, "The messages."), ...problems, ...sessionMissing },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/sessions",
  operationId: "listSessions",
  traits: { lane: "direct" },
  tags,
  summary: "List a namespace's sessions",
  description:
    "Lists sessions by their last message, latest first. A session with a new message moves to the front.",
  request: { params: namespaceParam, query: sessionsParameters },
  responses: { 200: jsonResponse(sessionPage, "A page of sessions."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path,
  operationId: "getSession",
  traits: { lane: "direct" },
  tags,
  summary: "Read a session",
  description: "Returns the running summary and the counts. Restarts the session's TTL.",
  request: { params: sessionParams },
  responses: { 200: jsonResponse(sessionView, "The session."), ...problems, ...sessionMissing },
});

const removeRoute = createRoute({
  method: "delete",
  path,
  operationId: "deleteSession",
  traits: { lane: "direct" },
  tags,
  summary: "Delete a session",
  description:
    "Deletes the session with its messages, its running summary, the memories promoted from it (turns and summaries) and the memories derived from those. Captured interactions are separate memories and stay. With `derived=keep`, promoted memories stay as well. The answer is 204 if no memory was deleted, else 200 with their ids. A key without `read` always gets 204.",
  request: { params: sessionParams, query: z.strictObject({ derived: derivedPolicy }) },
  responses: {
    200: jsonResponse(erasedView, "The session and these memories are deleted."),
    204: { description: "The session is deleted." },
    ...problems,
    ...sessionMissing,
  },
});

const contextRoute = createRoute({
  method: "get",
  path: `${path}/context`,
  operationId: "getContext",
  traits: { lane: "search", budget: "query" },
  tags,
  summary: "Build a model's context from a session",
  description:
    "Combines the running summary, the last turns, recalled memories and procedures, and a subject's profile within a token budget. The filter parameters are those of the list of memories, and apply to recalled memories. Each recalled piece has its provenance and trust. For a session without messages, the context holds only recalled memories. Restarts the session's TTL.",
  request: { params: sessionParams, query: contextParameters },
  responses: { 200: jsonResponse(contextView, "The context."), ...problems },
});

export function sessionRoutes({ sessions, now }: AppDeps) {
  return createRouter()
    .openapi(appendRoute, async (c) => {
      const { ns, sid } = c.req.valid("param");
      const ref = { namespace: ns, sessionId: sid };
      const sent = c.req.valid("json").messages;
      const outcome = await append(sessions, contextOf(c, now), ref, messagesIn(sent));
      const view = viewAppended(outcome, sent);
      return outcome.results.some(({ created }) => created) ? c.json(view, 201) : c.json(view, 200);
    })
    .openapi(messagesRoute, async (c) => {
      const { ns, sid } = c.req.valid("param");
      const { limit, before, after } = c.req.valid("query");
      const ref = { namespace: ns, sessionId: sid };
      const found = await readMessages(sessions, contextOf(c, now), ref, { limit, before, after });
      return c.json({ messages: found.messages.map(viewMessage) }, 200);
    })
    .openapi(contextRoute, async (c) => {
      const { ns, sid } = c.req.valid("param");
      const { namespace, query, token_budget, budget_ms: _, ...sent } = c.req.valid("query");
      const {
        limit,
        min_relevance,
        min_trust,
        subject,
        touch,
        receipt,
        rerank_depth: depth,
        context_turns,
        ...filter
      } = sent;
      const ref = { namespace: ns, sessionId: sid };
      const asked = { query, token_budget, limit, min_relevance, min_trust, subject, context_turns };
      const input = {
        ...asked,
        namespaces: namespace,
        filter: filterOf(filter),
        rerank: depth === undefined ? undefined : { depth },
        touch: touch === "true",
        receipt: receipt === undefined ? undefined : receipt === "true",
      };
      const found = await sessionContext(sessions, contextOf(c, now), ref, input, c.get("deadline"));
      return c.json(viewContext(found, sid, token_budget), 200);
    })
    .openapi(listRoute, async (c) => {
      const page = await listSessions(
        sessions,
        contextOf(c, now),
        c.req.valid("param").ns,
        c.req.valid("query"),
      );
      return c.json({ sessions: page.sessions.map(viewSession), cursor: page.cursor ?? null }, 200);
    })
    .openapi(readRoute, async (c) => {
      const { ns, sid } = c.req.valid("param");
      const session = await readSession(sessions, contextOf(c, now), { namespace: ns, sessionId: sid });
      return c.json(viewSession(session), 200);
    })
    .openapi(removeRoute, async (c) => {
      const { ns, sid } = c.req.valid("param");
      const { derived } = c.req.valid("query");
      const ref = { namespace: ns, sessionId: sid };
      const erased = await removeSession(sessions, contextOf(c, now), ref, derived);
      return erased === undefined ? c.body(null, 204) : c.json(viewErased(erased), 200);
    });
}
