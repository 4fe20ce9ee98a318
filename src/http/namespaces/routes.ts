import { getSettings } from "../../access/namespaces/get-settings.js";
import { getUsage } from "../../access/namespaces/get-usage.js";
import { patchSettings } from "../../access/namespaces/patch-settings.js";
import { putSettings } from "../../access/namespaces/put-settings.js";
import { clearNamespace } from "../../memory/clearing/clear-namespace.js";
import { listNamespaces } from "../../memory/browse/list-namespaces.js";
import { etagOf, expectedVersion } from "../conditional.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { filterOf } from "../memories/list-schemas.js";
import {
  clearParameters,
  clearedView,
  namespaceListParameters,
  namespacePage,
  newSettings,
  parseSettings,
  patchOf,
  settingsPatch,
  settingsView,
  usageView,
  viewSettings,
} from "./schemas.js";
import {
  ifMatch,
  jsonBody,
  jsonResponse,
  namespaceParam,
  problems,
  settingsRace,
  unfitBody,
} from "../openapi/responses.js";

const tags = ["namespaces"];

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces",
  operationId: "listNamespaces",
  traits: { lane: "direct" },
  tags,
  summary: "List namespaces",
  description:
    "Lists the namespaces that hold memories and that you may read. Follow `cursor` until it is null: a page may hold fewer than `limit`, even none, before the end.",
  request: { query: namespaceListParameters },
  responses: { 200: jsonResponse(namespacePage, "A page of namespaces, in a fixed order."), ...problems },
});

const getSettingsRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/settings",
  operationId: "getSettings",
  traits: { lane: "direct" },
  tags,
  summary: "Read a namespace's settings",
  description: "null means not set: the service's configuration applies. Needs `admin`.",
  request: { params: namespaceParam },
  responses: { 200: jsonResponse(settingsView, "The settings.", "ETag"), ...problems },
});

const putSettingsRoute = createRoute({
  method: "put",
  path: "/v1/namespaces/{ns}/settings",
  operationId: "putSettings",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Replace a namespace's settings",
  description:
    "Settings that are omitted or null become unset. Writes that would exceed a quota are refused (507); a quota never deletes data. Needs `admin`.",
  request: { params: namespaceParam, headers: ifMatch, body: jsonBody(newSettings) },
  responses: {
    200: jsonResponse(settingsView, "The new settings.", "ETag"),
    ...problems,
    ...unfitBody,
    ...settingsRace,
  },
});

const patchSettingsRoute = createRoute({
  method: "patch",
  path: "/v1/namespaces/{ns}/settings",
  operationId: "patchSettings",
  traits: { lane: "direct" },
  tags,
  summary: "Change some of a namespace's settings",
  description:
    "RFC 7396 merge patch: null unsets a setting or a group, and what is omitted stays as it is. Without If-Match, concurrent patches of different settings all take effect. Needs `admin`.",
  request: {
    params: namespaceParam,
    headers: ifMatch,
    body: {
      required: true,
      content: {
        "application/json": { schema: settingsPatch },
        "application/merge-patch+json": { schema: settingsPatch },
      },
    },
  },
  responses: {
    200: jsonResponse(settingsView, "The new settings.", "ETag"),
    ...problems,
    ...unfitBody,
    ...settingsRace,
  },
});

const getUsageRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/usage",
  operationId: "getUsage",
  traits: { lane: "direct" },
  tags,
  summary: "Read a namespace's usage",
  request: { params: namespaceParam },
  responses: { 200: jsonResponse(usageView, "The usage and the effective quota."), ...problems },
});

const clearRoute = createRoute({
  method: "delete",
  path: "/v1/namespaces/{ns}",
  operationId: "deleteNamespace",
  traits: { lane: "walk" },
  tags,
  summary: "Delete the contents of a namespace, or its memories that match a filter",
  description:
    "With a filter (the parameters of a list), deletes the matching memories with their vectors and versions, including pinned, quarantined and superseded ones. Without a filter, also deletes sessions, state documents with their history, entity names and aliases, consolidation runs, and receipts of recalls of this namespace. The audit trail, the settings with their quotas, and grants stay. Data written during the deletion stays. A request ends after a minute: follow `cursor` until it is null, with the same parameters. Needs `write` and `read`; without a filter also `admin`.",
  request: { params: namespaceParam, query: clearParameters },
  responses: {
    200: jsonResponse(clearedView, "Counts of what was deleted, or would be with `dry_run`."),
    ...problems,
  },
});

export function namespaceRoutes({ services, namespaces, clearing, now }: AppDeps) {
  return createRouter()
    .openapi(clearRoute, async (c) => {
      const { dry_run, cursor, ...query } = c.req.valid("query");
      const given = Object.values(query).some((value) => value !== undefined);
      const input = {
        filter: given ? filterOf(query) : undefined,
        dry_run: dry_run === "true",
        cursor,
      };
      const outcome = await clearNamespace(clearing, contextOf(c, now), c.req.valid("param").ns, input);
      return c.json({ ...outcome, dry_run: input.dry_run, cursor: outcome.cursor ?? null }, 200);
    })
    .openapi(listRoute, async (c) => {
      const { prefix = [], suffix = [], ...rest } = c.req.valid("query");
      const page = await listNamespaces(services, contextOf(c, now), { prefix, suffix, ...rest });
      return c.json({ namespaces: [...page.namespaces], cursor: page.cursor ?? null }, 200);
    })
    .openapi(getSettingsRoute, async (c) => {
      const { settings, version } = await getSettings(namespaces, contextOf(c, now), c.req.valid("param").ns);
      c.header("ETag", etagOf(version));
      return c.json(viewSettings(settings, now()), 200);
    })
    .openapi(putSettingsRoute, async (c) => {
      const { settings, version } = await putSettings(
        namespaces,
        contextOf(c, now),
        c.req.valid("param").ns,
        c.req.valid("json"),
        expectedVersion(c.req.valid("header")["if-match"]),
      );
      c.header("ETag", etagOf(version));
      return c.json(viewSettings(settings, now()), 200);
    })
    .openapi(patchSettingsRoute, async (c) => {
      const { settings, version } = await patchSettings(
        namespaces,
        contextOf(c, now),
        c.req.valid("param").ns,
        {
          patch: patchOf(c.req.valid("json")),
          parse: parseSettings,
          expectedVersion: expectedVersion(c.req.valid("header")["if-match"]),
        },
      );
      c.header("ETag", etagOf(version));
      return c.json(viewSettings(settings, now()), 200);
    })
    .openapi(getUsageRoute, async (c) =>
      c.json(await getUsage(namespaces, contextOf(c, now), c.req.valid("param").ns), 200),
    );
}
