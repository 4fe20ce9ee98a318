import { createRoute, z } from "@hono/zod-openapi";
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
import { createRouter } from "../router/create-router.js";
import { integerParameter, time } from "../openapi/primitives.js";
import type { StateView } from "./schemas.js";
import { putState, stateParams, stateValue, stateView, writeState } from "./schemas.js";
import { jsonBody, jsonResponse, problem, problems, unfitBody, IF_MATCH } from "../openapi/responses.js";

const tag = ["state"];
const path = "/v1/namespaces/{ns}/state/{key}";

const missing = { 404: { ...problem, description: "There is no such state, or it has expired." } } as const;
const lostRace = {
  412: { ...problem, description: "The state isn't as If-Match or If-None-Match wants it." },
} as const;

const gone = {
  410: { ...problem, description: "`as_of` is longer ago than history is kept." },
} as const;

/** Described, and read by the handler: a schema of headers would copy them all for every request. */
const ifMatch = {
  name: "If-Match",
  in: "header",
  schema: { type: "string", pattern: IF_MATCH },
  description:
    'The ETag of the version that you know, such as "7", or *: only if it is there. A lost race is 412.',
} as const;
const ifNoneMatch = {
  name: "If-None-Match",
  in: "header",
  schema: { type: "string", pattern: "^\\*$" },
  description: "Only *: if it isn't there yet.",
} as const;

const getRoute = createRoute({
  method: "get",
  path,
  operationId: "getState",
  tags: tag,
  summary: "Read state",
  description:
    "From the primary: it sees every write that was acknowledged, by whichever process. Reading a sliding document makes it last its whole time again.",
  request: {
    params: stateParams,
    query: z.strictObject({
      path: z.string().optional().openapi({
        description:
          "A JSONPath: `value` is then the array of its matches, empty where nothing matches. At most 512 bytes, one `..`, one union and two filters; a filter compares names and places of the element with constants. A name is bare (letters, digits, anything beyond ASCII) or in quotes; in quotes it may not begin with a space.",
        example: "$.items[0].count",
      }),
      as_of: time
        .optional()
        .openapi({ description: "What a reader would have got at this time. Renews nothing." }),
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
  tags: tag,
  summary: "Write state",
  description:
    "Needs `write`, and `read` as well with If-Match or If-None-Match: whether they hold tells of what is there.",
  request: { params: stateParams, body: jsonBody(putState) },
  parameters: [ifMatch, ifNoneMatch],
  responses: {
    201: jsonResponse(stateView, "The state was created.", "ETag"),
    200: jsonResponse(stateView, "The state was replaced.", "ETag"),
    204: { description: "The state was written. The key may not read here, so the answer says no more." },
    ...problems,
    ...unfitBody,
    ...lostRace,
  },
});

const patchRoute = createRoute({
  method: "patch",
  path,
  operationId: "patchState",
  tags: tag,
  summary: "Change state by a JSON merge patch",
  description:
    "RFC 7396: a null removes a member, an object merges, anything else replaces. The expiry stays. Needs `read` and `write`: the answer shows the whole document.",
  request: {
    params: stateParams,
    query: z.strictObject({
      ttl_seconds: integerParameter(1, LIMITS.ttlSeconds).optional().openapi({
        description: "Seconds to live from now. Left out: it ends when it would have ended.",
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
    200: jsonResponse(stateView, "The new version.", "ETag"),
    ...problems,
    ...unfitBody,
    ...missing,
    ...lostRace,
  },
});

const removeRoute = createRoute({
  method: "delete",
  path,
  operationId: "deleteState",
  tags: tag,
  summary: "Delete state",
  description:
    "Needs `write`, and `read` as well with If-Match. A key that may not read hears 204 also where there is none.",
  request: { params: stateParams },
  parameters: [ifMatch],
  responses: {
    204: { description: "It is gone; its history stays for its time." },
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
      return answer(c, writeState(key, document), 200, {
        ETag: etagOf(document.version),
        // What was true a moment ago isn't what is asked for.
        "Cache-Control": "no-store",
      });
    })
    .openapi(putRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      const ref = { namespace: ns, key };
      const outcome = await put(state, contextOf(c, now), ref, c.req.valid("json"), preconditionOf(c));
      const { created, document } = outcome;
      if (document === undefined) return c.body(null, 204);
      return answer(c, writeState(key, document), created ? 201 : 200, { ETag: etagOf(document.version) });
    })
    .openapi(patchRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      const ref = { namespace: ns, key };
      const document = await patchState(
        state,
        contextOf(c, now),
        ref,
        { patch: c.req.valid("json"), ttl_seconds: c.req.valid("query").ttl_seconds },
        preconditionOf(c),
      );
      return answer(c, writeState(key, document), 200, { ETag: etagOf(document.version) });
    })
    .openapi(removeRoute, async (c) => {
      const { ns, key } = c.req.valid("param");
      await removeState(state, contextOf(c, now), { namespace: ns, key }, preconditionOf(c));
      return c.body(null, 204);
    });
}
