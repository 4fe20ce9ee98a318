import { createRoute } from "@hono/zod-openapi";
import { createKey } from "../../access/keys/create-key.js";
import { listKeys } from "../../access/keys/list-keys.js";
import { readKey } from "../../access/keys/read-key.js";
import { revokeKey } from "../../access/keys/revoke-key.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRouter } from "../router/create-router.js";
import {
  createdKeyView,
  keyListParameters,
  keyPage,
  keyParams,
  keyView,
  newKey,
  revokeParameters,
  viewKey,
} from "./schemas.js";
import { jsonBody, jsonResponse, keyMissing, keyRefused, problems, unfitBody } from "../openapi/responses.js";

const tags = ["keys"];

const createKeyRoute = createRoute({
  method: "post",
  path: "/v1/keys",
  operationId: "createKey",
  tags,
  summary: "Make an API key",
  description:
    "Every grant must lie within your own `admin` grants. The key can't outlive or outrun yours, and is revoked with it. The whole key is in this answer and nowhere else. From the first key on, every request needs one, for good.",
  request: { body: jsonBody(newKey) },
  responses: {
    201: jsonResponse(createdKeyView, "The key, with its secret.", "Location"),
    ...problems,
    ...keyRefused,
    ...unfitBody,
  },
});

const listKeysRoute = createRoute({
  method: "get",
  path: "/v1/keys",
  operationId: "listKeys",
  tags,
  summary: "List API keys",
  description: "Oldest first: those of which you administer every grant.",
  request: { query: keyListParameters },
  responses: { 200: jsonResponse(keyPage, "A page."), ...problems },
});

const readKeyRoute = createRoute({
  method: "get",
  path: "/v1/keys/{id}",
  operationId: "getKey",
  tags,
  summary: "Read what an API key may do",
  request: { params: keyParams },
  responses: { 200: jsonResponse(keyView, "The key without its secret."), ...problems, ...keyMissing },
});

const revokeKeyRoute = createRoute({
  method: "delete",
  path: "/v1/keys/{id}",
  operationId: "revokeKey",
  tags,
  summary: "Revoke an API key",
  description:
    "With it, every key that it has made, and those that these have made, are revoked. The process that answers refuses them from now on, the others within milliseconds; one whose subscription to Redis is down after 5 seconds at most.",
  request: { params: keyParams, query: revokeParameters },
  responses: { 204: { description: "It is gone for good." }, ...problems, ...keyMissing },
});

export function keyRoutes({ access, now }: AppDeps) {
  return createRouter()
    .openapi(createKeyRoute, async (c) => {
      const { key, token } = await createKey(access, contextOf(c, now), c.req.valid("json"));
      c.header("Location", `/v1/keys/${key.id}`);
      // Nobody on the way keeps it.
      c.header("Cache-Control", "no-store");
      return c.json({ ...viewKey(key), key: token }, 201);
    })
    .openapi(listKeysRoute, async (c) => {
      const page = await listKeys(access, contextOf(c, now), c.req.valid("query"));
      return c.json({ keys: page.keys.map(viewKey), cursor: page.cursor ?? null }, 200);
    })
    .openapi(readKeyRoute, async (c) =>
      c.json(viewKey(await readKey(access, contextOf(c, now), c.req.valid("param").id)), 200),
    )
    .openapi(revokeKeyRoute, async (c) => {
      await revokeKey(access, contextOf(c, now), c.req.valid("param").id, c.req.valid("query"));
      return c.body(null, 204);
    });
}
