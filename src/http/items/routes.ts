import { z } from "@hono/zod-openapi";
import { getItem } from "../../memory/items/get-item.js";
import { putItem } from "../../memory/items/put-item.js";
import { removeItem } from "../../memory/items/remove-item.js";
import { etagOf, expectedVersion, preconditionOf } from "../conditional.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { derivedPolicy, erasedView, viewErased } from "../openapi/erased.js";
import { itemParams, newItem } from "./schemas.js";
import { memoryDetailView, memoryView } from "../memories/schemas.js";
import { showMemories, viewDetail, viewWritten } from "../memories/view.js";
import {
  IF_MATCH,
  full,
  ifMatch,
  itemMissing,
  itemRace,
  jsonBody,
  jsonResponse,
  problems,
  refusedData,
  unfitBody,
} from "../openapi/responses.js";

const tags = ["items"];
const path = "/v1/namespaces/{ns}/items/{key}";

/** Described, and read by the handler: both belong together. */
const conditions = [
  {
    name: "If-Match",
    in: "header",
    schema: { type: "string", pattern: IF_MATCH },
    description:
      "The ETag of the expected version, or `*`: only if the item exists. The answer is 412 if the precondition fails.",
  },
  {
    name: "If-None-Match",
    in: "header",
    schema: { type: "string", pattern: "^\\*$" },
    description: "`*`: write only if the item doesn't exist yet. The answer is 412 if it does.",
  },
] as const;

const putRoute = createRoute({
  method: "put",
  path,
  operationId: "putItem",
  traits: { lane: "write", shows: ["memories"] },
  tags,
  summary: "Put a memory under a key",
  description:
    "Stores a semantic memory under a key of your choice. Creates the item, or its next version if anything differs; omitted fields are reset to their defaults, except `timestamp`, `importance` and `pinned`, which stay as they are. With `ttl_seconds` the TTL restarts, so the call always creates a version. Equal contents under different keys, or without a key, are different memories. Needs `write`, and `read` because the answer is the whole memory.",
  request: { params: itemParams, body: jsonBody(newItem) },
  parameters: [...conditions],
  responses: {
    201: jsonResponse(
      memoryView,
      "The item was created. Location is the path of the memory by its id.",
      "ETag",
      "Location",
    ),
    200: jsonResponse(
      memoryView,
      "The next version, or the current one if nothing changed.",
      "ETag",
      "Location",
    ),
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...itemRace,
    ...full,
  },
});

const getRoute = createRoute({
  method: "get",
  path,
  operationId: "getItem",
  traits: { lane: "direct" },
  tags,
  summary: "Read a memory by its key",
  request: { params: itemParams },
  responses: {
    200: jsonResponse(memoryDetailView, "The memory.", "ETag"),
    ...problems,
    ...itemMissing,
  },
});

const removeRoute = createRoute({
  method: "delete",
  path,
  operationId: "deleteItem",
  traits: { lane: "direct" },
  tags,
  summary: "Delete a memory by its key",
  description:
    "Deletes the item with its vectors and versions. `derived` says what happens to memories derived from it. A key without `read` always gets 204.",
  request: { params: itemParams, headers: ifMatch, query: z.strictObject({ derived: derivedPolicy }) },
  responses: {
    200: jsonResponse(
      erasedView,
      "The item is deleted; the answer lists the derived memories that were erased, rebuilt or kept.",
    ),
    204: { description: "The item is deleted." },
    ...problems,
    ...itemMissing,
    ...itemRace,
  },
});

export function itemRoutes({ services, now }: AppDeps) {
  return createRouter()
    .openapi(putRoute, async (c) => {
      const { ns: namespace, key } = c.req.valid("param");
      const { content = "", ...rest } = c.req.valid("json");
      const input = { content, ...rest };
      const { kind, memory, pii } = await putItem(
        services,
        contextOf(c, now),
        { namespace, key },
        input,
        preconditionOf(c),
      );
      c.header("ETag", etagOf(memory.version));
      c.header("Location", `/v1/namespaces/${namespace}/memories/${memory.id}`);
      showMemories(c, [memory]);
      const view = viewWritten(memory, pii);
      return kind === "created" ? c.json(view, 201) : c.json(view, 200);
    })
    .openapi(getRoute, async (c) => {
      const { ns: namespace, key } = c.req.valid("param");
      const memory = await getItem(services, contextOf(c, now), { namespace, key });
      c.header("ETag", etagOf(memory.version));
      return c.json(viewDetail(memory), 200);
    })
    .openapi(removeRoute, async (c) => {
      const { ns: namespace, key } = c.req.valid("param");
      const options = {
        expectedVersion: expectedVersion(c.req.valid("header")["if-match"]),
        derived: c.req.valid("query").derived,
      };
      const erased = await removeItem(services, contextOf(c, now), { namespace, key }, options);
      return erased === undefined ? c.body(null, 204) : c.json(viewErased(erased), 200);
    });
}
