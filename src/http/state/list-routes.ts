import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { listState } from "../../state/list.js";
import type { ListedDocument } from "../../state/ports.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { defaultInteger, iso, text, timeView } from "../openapi/primitives.js";
import { jsonResponse, namespaceParam, problems } from "../openapi/responses.js";

const listedState = z
  .object({
    key: z.string(),
    version: z.int(),
    updated_at: timeView,
    updated_by: z.string(),
    expires_at: timeView.nullable(),
    sliding: z.boolean(),
  })
  .openapi("ListedState");

const statePage = z
  .object({
    documents: z.array(listedState).openapi({ description: "Documents, in the byte order of their keys." }),
    cursor: z.string().nullable(),
  })
  .openapi("StatePage");

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/state",
  operationId: "listState",
  traits: { lane: "direct" },
  tags: ["state"],
  summary: "List state documents",
  description:
    "Lists documents without their values, in the byte order of their keys. Documents that expired or were deleted are skipped, so a page may hold fewer than `limit`. Doesn't restart a TTL. The first list of a namespace that release 0.1.0 wrote to walks over all keys of the store once.",
  request: {
    params: namespaceParam,
    query: z.strictObject({
      prefix: text(LIMITS.identifierBytes)
        .optional()
        .openapi({ description: "Prefix of the keys, case-sensitive." }),
      limit: defaultInteger(1, LIMITS.listLimit, 50),
      cursor: z.string().min(1).max(512).optional(),
    }),
  },
  responses: { 200: jsonResponse(statePage, "A page."), ...problems },
});

export function stateListRoutes({ state, now }: AppDeps) {
  return createRouter().openapi(listRoute, async (c) => {
    const query = c.req.valid("query");
    const page = await listState(state, contextOf(c, now), c.req.valid("param").ns, query);
    return c.json({ documents: page.documents.map(view), cursor: page.cursor ?? null }, 200);
  });
}

function view({ key, version, updated_at, updated_by, expires_at, sliding }: ListedDocument) {
  return {
    key,
    version,
    updated_at: iso(updated_at),
    updated_by,
    expires_at: expires_at === null ? null : iso(expires_at),
    sliding,
  };
}
