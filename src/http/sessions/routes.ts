import { createRoute, z } from "@hono/zod-openapi";
import { append } from "../../memory/sessions/append.js";
import { sessionContext } from "../../memory/sessions/context.js";
import { listSessions } from "../../memory/sessions/list.js";
import { readMessages, readSession } from "../../memory/sessions/read.js";
import { removeSession } from "../../memory/sessions/remove.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
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
  tags,
  summary: "Append messages to a session",
  description:
    "A session begins with its first message. Takes as long in a session of thousands as in a new one. When it holds more than its window, the oldest turns are summarised and promoted to episodic memory, after the answer.",
  request: { params: sessionParams, body: jsonBody(newMessages) },
  responses: {
    201: jsonResponse(appendedView, "Appended, in this order; numbers say where."),
    200: jsonResponse(appendedView, "All of these ids were there already."),
    ...problems,
    ...unfitBody,
    ...full,
  },
});

const messagesRoute = createRoute({
  method: "get",
  path: `${path}/messages`,
  operationId: "listMessages",
  tags,
  summary: "Read a session's messages",
  description:
    "In ascending order; the last ones unless `after` is given. What was promoted to episodic memory is no longer here. Makes the session live its whole time again.",
  request: { params: sessionParams, query: messagesParameters },
  responses: { 200: jsonResponse(messagesPage, "The messages."), ...problems, ...sessionMissing },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/sessions",
  operationId: "listSessions",
  tags,
  summary: "List a namespace's sessions",
  description: "The last appended to first. One that is appended to during a walk moves to the front.",
  request: { params: namespaceParam, query: sessionsParameters },
  responses: { 200: jsonResponse(sessionPage, "A page; `cursor` leads to the next."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path,
  operationId: "getSession",
  tags,
  summary: "Read a session",
  description: "Its running summary and figures. Makes it live its whole time again.",
  request: { params: sessionParams },
  responses: { 200: jsonResponse(sessionView, "The session."), ...problems, ...sessionMissing },
});

const removeRoute = createRoute({
  method: "delete",
  path,
  operationId: "deleteSession",
  tags,
  summary: "Delete a session",
  description:
    "With its messages, its running summary, and the memories that were promoted from it (turns and summaries), with what was derived from these. Interactions that were captured with its id are memories of their own and stay. With `derived=keep`, what was promoted stays as well. 204 if no memory went; else 200 and which. A key that may not read hears 204 in any case.",
  request: { params: sessionParams, query: z.strictObject({ derived: derivedPolicy }) },
  responses: {
    200: jsonResponse(erasedView, "It is gone, with these memories."),
    204: { description: "It is gone." },
    ...problems,
    ...sessionMissing,
  },
});

const contextRoute = createRoute({
  method: "get",
  path: `${path}/context`,
  operationId: "getContext",
  tags,
  summary: "Make a model's context of a session",
  description:
    "Running summary, last turns, recalled memories and procedures, and what is known of a subject, within a budget of tokens; what is recalled fulfils the filter, whose parameters are those of a list; each recalled piece says where it comes from and how far it is trusted. A session that hasn't begun has only what is recalled. Makes the session live its whole time again.",
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
      const { namespace, query, token_budget, limit, min_relevance, min_trust, subject, ...filter } =
        c.req.valid("query");
      const ref = { namespace: ns, sessionId: sid };
      const asked = { query, token_budget, limit, min_relevance, min_trust, subject };
      const input = { ...asked, namespaces: namespace, filter: filterOf(filter) };
      const found = await sessionContext(sessions, contextOf(c, now), ref, input);
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
