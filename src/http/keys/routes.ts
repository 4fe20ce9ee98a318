import { createKey } from "../../access/keys/create-key.js";
import { listKeys } from "../../access/keys/list-keys.js";
import { readKey } from "../../access/keys/read-key.js";
import { revokeKey } from "../../access/keys/revoke-key.js";
import type { Grant } from "../../domain/grant.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  callerView,
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
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Create an API key",
  description:
    "Every grant must lie within your own `admin` grants. The key can't outlive your key or exceed its rate limit, and is revoked with it. Only this answer contains the whole key. Creating the first key turns on authentication permanently.",
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
  traits: { lane: "direct" },
  tags,
  summary: "List API keys",
  description: "Lists keys, oldest first: those of which you administer every grant.",
  request: { query: keyListParameters },
  responses: { 200: jsonResponse(keyPage, "A page."), ...problems },
});

const readKeyRoute = createRoute({
  method: "get",
  path: "/v1/keys/{id}",
  operationId: "getKey",
  traits: { lane: "direct" },
  tags,
  summary: "Read an API key",
  request: { params: keyParams },
  responses: { 200: jsonResponse(keyView, "The key without its secret."), ...problems, ...keyMissing },
});

const revokeKeyRoute = createRoute({
  method: "delete",
  path: "/v1/keys/{id}",
  operationId: "revokeKey",
  traits: { lane: "direct" },
  tags,
  summary: "Revoke an API key",
  description:
    "Revokes the key and, unless `made` is `keep`, every key that it created, directly or indirectly. The process that handles the request refuses these keys immediately, other processes within milliseconds. A process that has lost its Redis subscription refuses them within 5 seconds.",
  request: { params: keyParams, query: revokeParameters },
  responses: { 204: { description: "The key is revoked." }, ...problems, ...keyMissing },
});

const whoamiRoute = createRoute({
  method: "get",
  path: "/v1/whoami",
  operationId: "whoami",
  tags,
  summary: "Read who the caller is",
  description: "Returns the agent and the grants of the key that the request carries.",
  traits: { lane: "direct" },
  responses: { 200: jsonResponse(callerView, "The caller."), ...problems },
});

export function keyRoutes({ access, now }: AppDeps) {
  return createRouter()
    .openapi(whoamiRoute, (c) => {
      const { agent, keyId, grants, human } = c.get("actor");
      return c.json({ agent, key_id: keyId, grants: grants.map(copyOf), human }, 200);
    })
    .openapi(createKeyRoute, async (c) => {
      const { key, token } = await createKey(access, contextOf(c, now), c.req.valid("json"));
      c.header("Location", `/v1/keys/${key.id}`);
      // Proxies and browsers must not keep it.
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

const copyOf = ({ namespace, verbs }: Grant) => ({ namespace, verbs: [...verbs] });
