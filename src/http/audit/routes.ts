import { z } from "@hono/zod-openapi";
import type { ExportedEntry } from "../../access/export-audit.js";
import { exportAudit } from "../../access/export-audit.js";
import { readAudit } from "../../access/read-audit.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  auditExportParameters,
  auditPage,
  auditParameters,
  exportLine,
  filterOf,
  viewEntry,
} from "./schemas.js";
import { whileAllowed } from "../responses/while-allowed.js";
import { streamOf } from "../responses/stream.js";
import { jsonResponse, problems } from "../openapi/responses.js";

const tag = ["audit"];

const readRoute = createRoute({
  method: "get",
  path: "/v1/audit",
  operationId: "queryAudit",
  traits: { lane: "direct" },
  tags: tag,
  summary: "Read the audit trail",
  description:
    "Lists acts with their agent, time and outcome; never content. Needs `admin` on the namespaces. Follow `cursor` until it is null: each entry that existed at the first request is returned once. A page may be empty before the end.",
  request: { query: auditParameters },
  responses: { 200: jsonResponse(auditPage, "A page."), ...problems },
});

const exportRoute = createRoute({
  method: "get",
  path: "/v1/audit/export",
  operationId: "exportAudit",
  traits: { lane: "direct" },
  tags: tag,
  summary: "Export the audit trail",
  description:
    "Returns all entries that match the filter, oldest first, one JSON object per line. Each has the fields of a page's entry, and `trail`, `previous`, `raw` and `hash` to verify the chain elsewhere. If an export fails midway, or its key ends, the connection is closed before the body is complete.",
  request: { query: auditExportParameters },
  responses: {
    200: { description: "The audit entries.", content: { "application/x-ndjson": { schema: z.string() } } },
    ...problems,
  },
});

export function auditRoutes({ services, auditReader, authenticator, now }: AppDeps) {
  const auditServices = { audit: services.audit, reader: auditReader };
  return createRouter()
    .openapi(readRoute, async (c) => {
      const { order, limit, cursor, ...parameters } = c.req.valid("query");
      const input = { filter: filterOf(parameters), order, limit, cursor };
      const page = await readAudit(auditServices, contextOf(c, now), input);
      return c.json({ entries: page.entries.map(viewEntry), cursor: page.cursor ?? null }, 200);
    })
    .openapi(exportRoute, async (c) => {
      const filter = filterOf(c.req.valid("query"));
      const context = contextOf(c, now);
      const entries = await exportAudit(auditServices, context, filter);
      const mayStay = () => authenticator.mayStay(context.actor);
      return untyped(
        c.body(streamOf(lines(whileAllowed(entries, mayStay))), 200, {
          "Content-Type": "application/x-ndjson",
        }),
      );
    });
}

/**
 * For a media type that ends with "json", zod-openapi's types want a JSON body, and have none for this one. At run
 * time it takes any response.
 */
function untyped(response: Response): never {
  return response as never;
}

async function* lines(entries: AsyncIterable<ExportedEntry>): AsyncGenerator<string> {
  for await (const { entry, stored } of entries) yield exportLine(entry, stored);
}
