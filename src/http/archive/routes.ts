import { restoreArchived } from "../../memory/archive/restore-archived.js";
import type { AppDeps } from "../env.js";
import { jsonBody, jsonResponse, namespaceParam, problems, unfitBody } from "../openapi/responses.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { contextOf } from "../verb-context.js";
import { restoreArchiveRequest, restoredView } from "./schemas.js";

const restoreRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/archive/restore",
  operationId: "restoreArchivedMemories",
  traits: { lane: "write", shows: [] },
  tags: ["archive"],
  summary: "Restore memories from the archive",
  description:
    "Brings archived memories back as they were, with their interactions and vectors. They aren't archived again before they have been unread for as long as the setting `archive` says. Needs `write`, and `read` because the answer says which memories there are.",
  request: { params: namespaceParam, body: jsonBody(restoreArchiveRequest) },
  responses: {
    200: jsonResponse(restoredView, "What was restored, and what wasn't."),
    ...problems,
    ...unfitBody,
  },
});

export function archiveRoutes({ services, now }: AppDeps) {
  return createRouter().openapi(restoreRoute, async (c) => {
    const { filter, ...input } = c.req.valid("json");
    const outcome = await restoreArchived(services, contextOf(c, now), c.req.valid("param").ns, {
      ...input,
      filter,
    });
    const { restored, failed, cursor } = outcome;
    return c.json({ restored: [...restored], failed: [...failed], cursor: cursor ?? null }, 200);
  });
}
