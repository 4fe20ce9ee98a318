import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { getStateAsOf } from "../../state/as-of.js";
import { getState } from "../../state/get.js";
import { patchState } from "../../state/patch.js";
import { putState as put } from "../../state/put.js";
import { removeState } from "../../state/remove.js";
import { etagOf, preconditionOf } from "../conditional.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { jsonTextResponse } from "../responses/json-text.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { integerParameter, time } from "../openapi/primitives.js";
import type { StateView } from "./schemas.js";
import { putState, stateParams, stateValue, stateView, writeState, writtenStateView } from "./schemas.js";
import {
  full,
  jsonBody,
  jsonResponse,
  problem,
  problems,
  refusedData,
  unfitBody,
  IF_MATCH,
} from "../openapi/responses.js";

const tag = ["state"];
const path = "/v1/namespaces/{ns}/state/{key}";

const missing = { 404: { ...problem, description: "There is no such state, or it has expired." } } as const;
const lostRace = {
  412: { ...problem, description: "Precondition failed (If-Match / If-None-Match)." },
} as const;

const gone = {
  410: { ...problem, description: "`as_of` is older than the history that is kept." },
} as const;

/** Described, and read by the handler: a schema of headers would copy them all for every request. */
const ifMatch = {
  name: "If-Match",
  in: "header",
  schema: { type: "string", pattern: IF_MATCH },
  description:
    'The ETag of the expected version, such as "7", or `*`: only if the document exists. The answer is 412 if the precondition fails.',
} as const;
const ifNoneMatch = {
  name: "If-None-Match",
  in: "header",
  schema: { type: "string", pattern: "^\\*$" },
  description: "`*`: write only if the document doesn't exist yet. The answer is 412 if it does.",
} as const;

const getRoute = createRoute({
  method: "get",
  path,
  operationId: "getState",
  traits: { lane: "direct" },
  tags: tag,
  summary: "Read state",
  description:
    "Reads from the primary, so it sees every acknowledged write of any process. Reading a sliding document restarts its TTL.",
  request: {
    params: stateParams,
    query: z.strictObject({
      path: z.string().optional().openapi({
        description:
          "A JSONPath; `value` is then the array of its matches, empty if nothing matches. It may have at most 512 bytes, one `..`, one union and two filters. A filter may only use names and indexes of the current element (`@`) and constants. Names of letters, digits and characters beyond ASCII need no quotes. A quoted name must not begin with a space.",
        example: "$.items[0].count",
      }),
      as_of: time.optional().openapi({
        description: "Point in time: returns the document as it was then. Doesn't restart a TTL.",
      }),
    }),
  },
  responses: {
    200: jsonResponse(stateView, "The state.", "ETag"),
    ...problems,
    ...missing,
    ...gone,
  },
});

const putRoute = createRoute({
  method: "put",
  path,
  operationId: "putState",
  traits: { lane: "direct", body: "document", shows: ["state"] },
  tags: tag,
  summary: "Write state",
  description:
    "Needs `write`. With If-Match or If-None-Match also needs `read`, because the outcome reveals what exists.",
  request: { params: stateParams, body: jsonBody(putState) },
  parameters: [ifMatch, ifNoneMatch],
  responses: {
    201: jsonResponse(writtenStateView, "The state was created.", "ETag"),
    200: jsonResponse(writtenStateView, "The state was replaced.", "ETag"),
    204: { description: "The state was written. The answer has no body, because the key may not read here." },
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...lostRace,
    ...full,
  },
});

const patchRoute = createRoute({
  method: "patch",
  path,
  operationId: "patchState",
  traits: { lane: "direct", body: "document" },
  tags: tag,
  summary: "Change state by a JSON merge patch",
  description:
    "RFC 7396: null removes a member, an object is merged, any other value replaces. The expiry stays. Needs `read` and `write`, because the answer is the whole document.",
  request: {
    params: stateParams,
    query: z.strictObject({
      ttl_seconds: integerParameter(1, LIMITS.ttlSeconds).optional().openapi({
        description: "Seconds to live from now. Without it, the expiry stays.",
      }),
    }),
    body: {
      required: true,
      content: {
        "application/json": { schema: stateValue },
        "application/merge-patch+json": { schema: stateValue },
      },
    },
  },
  parameters: [ifMatch],
  responses: {
    200: jsonResponse(writtenStateView, "The new version.", "ETag"),
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...missing,
    ...lostRace,
    ...full,
  },
});

const removeRoute = createRoute({
  method: "delete",
  path,
  operationId: "deleteState",
  traits: { lane: "direct" },
  tags: tag,
  summary: "Delete state",
  description:
    "Needs `write`, and with If-Match also `read`. A key without `read` gets 204 even if the state doesn't exist.",
  request: { params: stateParams },
  parameters: [ifMatch],
  responses: {
    204: { description: "The state is deleted. Its history stays until it expires." },
    ...problems,
    ...missing,
    ...lostRace,
  },
});

const answer = jsonTextResponse<StateView>();

export function stateRoutes({ state, now }: AppDeps) {
  return createRouter()
    .openapi(getRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      const { path: jsonPath, as_of } = c.req.valid("query");
      const ref = { namespace: ns, key };
      const context = contextOf(c, now);
      const document =
        as_of === undefined
          ? await getState(state, context, ref, jsonPath)
          : await getStateAsOf(state, context, ref, as_of, jsonPath);
      return answer(writeState(key, document), 200, {
        ETag: etagOf(document.version),
        // A cached answer would be outdated.
        "Cache-Control": "no-store",
      });
    })
    .openapi(putRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      const ref = { namespace: ns, key };
      const outcome = await put(state, contextOf(c, now), ref, c.req.valid("json"), preconditionOf(c));
      const { created, document, pii } = outcome;
      if (document === undefined) return c.body(null, 204);
      return answer(writeState(key, document, pii), created ? 201 : 200, {
        ETag: etagOf(document.version),
      });
    })
    .openapi(patchRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      const ref = { namespace: ns, key };
      const { document, pii } = await patchState(
        state,
        contextOf(c, now),
        ref,
        { patch: c.req.valid("json"), ttl_seconds: c.req.valid("query").ttl_seconds },
        preconditionOf(c),
      );
      return answer(writeState(key, document, pii), 200, { ETag: etagOf(document.version) });
    })
    .openapi(removeRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      await removeState(state, contextOf(c, now), { namespace: ns, key }, preconditionOf(c));
      return c.body(null, 204);
    });
}
