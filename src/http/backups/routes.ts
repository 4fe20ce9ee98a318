import { z } from "@hono/zod-openapi";
import { beginExport, readExport, readExportPart } from "../../backup/export.js";
import { beginImport, readImport, writeImportPart } from "../../backup/import.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { optionalBody } from "../middleware/optional-body.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  exportMissing,
  importMissing,
  importRefused,
  jsonResponse,
  optionalJsonBody,
  partBody,
  problems,
  tooManyTransfers,
  transferBusy,
  transferNotReady,
  unfitBody,
  unfitPart,
} from "../openapi/responses.js";
import { parseLine } from "./line-schemas.js";
import {
  exportRequest,
  exportView,
  importRequest,
  importView,
  jobParams,
  partParams,
  viewExport,
  viewImport,
} from "./schemas.js";

const tags = ["backup"];

const beginExportRoute = createRoute({
  method: "post",
  path: "/v1/exports",
  operationId: "startExport",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Start an export",
  description:
    "The answer comes at once. Read the parts one after another and append them to a file; the last one ends with the trailer. An export is kept for 24 hours after its last part was read, and for one hour before the first; a key has 16 of them. Needs `read`; settings and feedback by caller need `admin`. See docs/backup.md.",
  middleware: [optionalBody] as const,
  request: { body: optionalJsonBody(exportRequest) },
  responses: {
    202: jsonResponse(exportView, "The export has started.", "Location"),
    ...problems,
    ...unfitBody,
    ...transferNotReady,
    ...tooManyTransfers,
  },
});

const readExportRoute = createRoute({
  method: "get",
  path: "/v1/exports/{id}",
  operationId: "getExport",
  traits: { lane: "direct" },
  tags,
  summary: "Read the progress of an export",
  request: { params: jobParams },
  responses: { 200: jsonResponse(exportView, "The export."), ...problems, ...exportMissing },
});

const readPartRoute = createRoute({
  method: "get",
  path: "/v1/exports/{id}/parts/{part}",
  operationId: "getExportPart",
  traits: { lane: "transfer" },
  tags,
  summary: "Read a part of an export",
  description:
    "Returns whole lines, about a megabyte. Parts are numbered from 1. The last part that was read may be read again, so an interrupted export continues where it stopped. Append only one of the two responses to the file.",
  request: { params: partParams },
  responses: {
    200: {
      description: "The lines of the part.",
      content: { "application/x-ndjson": { schema: z.string() } },
    },
    ...problems,
    ...exportMissing,
    ...transferBusy,
  },
});

const beginImportRoute = createRoute({
  method: "post",
  path: "/v1/imports",
  operationId: "startImport",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Start an import",
  description:
    "The answer comes at once. Send the file in parts of at most 8 MiB, cut anywhere between lines. An import is kept for seven days after its last part, and for one hour before the first; a key has 16 of them. Needs `admin`, `read` and `write` in each namespace of the file. See docs/backup.md.",
  middleware: [optionalBody] as const,
  request: { body: optionalJsonBody(importRequest) },
  responses: {
    202: jsonResponse(importView, "The import has started.", "Location"),
    ...problems,
    ...unfitBody,
    ...transferNotReady,
    ...tooManyTransfers,
  },
});

const readImportRoute = createRoute({
  method: "get",
  path: "/v1/imports/{id}",
  operationId: "getImport",
  traits: { lane: "direct" },
  tags,
  summary: "Read the progress and results of an import",
  request: { params: jobParams },
  responses: { 200: jsonResponse(importView, "The import."), ...problems, ...importMissing },
});

const writePartRoute = createRoute({
  method: "put",
  path: "/v1/imports/{id}/parts/{part}",
  operationId: "putImportPart",
  traits: { lane: "transfer", body: "part", shows: [] },
  tags,
  summary: "Send a part of a file to an import",
  description:
    "Writes the lines in order. Parts are numbered from 1. Sending a part again is safe. A line that is damaged, unknown or not allowed ends the import with its number; lines before it stay written.",
  request: { params: partParams, body: partBody },
  responses: {
    200: jsonResponse(importView, "The import after this part."),
    ...problems,
    ...unfitPart,
    ...importMissing,
    ...importRefused,
    ...transferBusy,
  },
});

export function backupRoutes({ backups, now }: AppDeps) {
  return createRouter()
    .openapi(beginExportRoute, async (c) => {
      const input = c.req.valid("json");
      const job = await beginExport(backups, contextOf(c, now), input);
      c.header("Location", `/v1/exports/${job.id}`);
      return c.json(viewExport(job), 202);
    })
    .openapi(readExportRoute, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(viewExport(await readExport(backups, contextOf(c, now), id)), 200);
    })
    .openapi(readPartRoute, async (c) => {
      const { id, part } = c.req.valid("param");
      const text = await readExportPart(backups, contextOf(c, now), id, part);
      return untyped(
        c.body(text, 200, { "Content-Type": "application/x-ndjson", "Cache-Control": "no-store" }),
      );
    })
    .openapi(beginImportRoute, async (c) => {
      const { on_conflict, dry_run, restore_erased, into } = c.req.valid("json");
      const options = { rule: on_conflict, dryRun: dry_run, restoreErased: restore_erased, into };
      const job = await beginImport(backups, contextOf(c, now), options);
      c.header("Location", `/v1/imports/${job.id}`);
      return c.json(viewImport(job), 202);
    })
    .openapi(readImportRoute, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(viewImport(await readImport(backups, contextOf(c, now), id)), 200);
    })
    .openapi(writePartRoute, async (c) => {
      const { id, part } = c.req.valid("param");
      const text = await c.req.text();
      const job = await writeImportPart(backups, contextOf(c, now), id, { part, text, parse: parseLine });
      return c.json(viewImport(job), 200);
    });
}

/** As in audit/routes.ts: for a media type that ends with "json", zod-openapi's types want a JSON body. */
function untyped(response: Response): never {
  return response as never;
}
