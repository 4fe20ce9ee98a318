import { getEntity } from "../../memory/facts/get-entity.js";
import { listEntities } from "../../memory/facts/list-entities.js";
import { mergeEntities } from "../../memory/facts/merge-entities.js";
import { neighbors } from "../../memory/facts/neighbors.js";
import { putAliases } from "../../memory/facts/put-aliases.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import {
  entitiesParameters,
  entityFacts,
  entityPage,
  entityParameters,
  entityParams,
  entityView,
  mergeRequest,
  neighborParameters,
  neighborsView,
  newAliases,
  viewEntity,
  viewEntityFacts,
  viewNeighbors,
  viewNames,
} from "./schemas.js";
import {
  entityMissing,
  jsonBody,
  jsonResponse,
  namespaceParam,
  problem,
  problems,
  unfitBody,
} from "../openapi/responses.js";

const tags = ["facts"];
const path = "/v1/namespaces/{ns}/entities/{entity}";

const aliasConflict = {
  409: {
    ...problem,
    description: "A name belongs to another entity, or there are too many names (alias_conflict).",
  },
} as const;

const getRoute = createRoute({
  method: "get",
  path,
  operationId: "getEntity",
  traits: { lane: "search" },
  tags,
  summary: "Read an entity and its facts",
  description:
    "Returns the facts that have one of the entity's names as subject or object. Follow `cursor` until it is null. An entity exists while a fact or an alias names it.",
  request: { params: entityParams, query: entityParameters },
  responses: {
    200: jsonResponse(entityFacts, "A page of the entity's facts."),
    ...problems,
    ...entityMissing,
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/entities",
  operationId: "listEntities",
  traits: { lane: "search" },
  tags,
  summary: "List entity names",
  description: "Lists names in the order of their normalised form. A page may hold fewer than `limit`.",
  request: { params: namespaceParam, query: entitiesParameters },
  responses: { 200: jsonResponse(entityPage, "A page."), ...problems },
});

const putRoute = createRoute({
  method: "put",
  path,
  operationId: "putEntityAliases",
  traits: { lane: "search", shows: [] },
  tags,
  summary: "Set an entity's aliases",
  description:
    "Replaces all aliases of the entity. Queries resolve aliases; stored facts keep their wording. Needs `write` and `read`.",
  request: { params: entityParams, body: jsonBody(newAliases) },
  responses: {
    200: jsonResponse(entityView, "The updated entity."),
    ...problems,
    ...unfitBody,
    ...aliasConflict,
  },
});

const mergeRoute = createRoute({
  method: "post",
  path: `${path}/merge`,
  operationId: "mergeEntity",
  traits: { lane: "search", shows: [] },
  tags,
  summary: "Merge two entities",
  description: "All names of this entity become names of `into`. Needs `write` and `read`.",
  request: { params: entityParams, body: jsonBody(mergeRequest) },
  responses: {
    200: jsonResponse(entityView, "The merged entity."),
    ...problems,
    ...unfitBody,
    ...entityMissing,
    ...aliasConflict,
  },
});

const neighborsRoute = createRoute({
  method: "get",
  path: `${path}/neighbors`,
  operationId: "listNeighbors",
  traits: { lane: "search" },
  tags,
  summary: "List an entity's neighbours",
  description:
    "Traverses facts breadth first in both directions, up to 3 hops; each fact and each entity once. If there are more than `limit` edges, the most recently recorded ones are returned and `truncated` is true.",
  request: { params: entityParams, query: neighborParameters },
  responses: {
    200: jsonResponse(neighborsView, "The neighbours of the entity."),
    ...problems,
    ...entityMissing,
  },
});

export function entityRoutes({ services, now }: AppDeps) {
  return createRouter()
    .openapi(listRoute, async (c) => {
      const query = c.req.valid("query");
      const page = await listEntities(services, contextOf(c, now), c.req.valid("param").ns, query);
      return c.json(viewNames(page.names, page.cursor), 200);
    })
    .openapi(getRoute, async (c) => {
      const { ns, entity } = c.req.valid("param");
      const query = c.req.valid("query");
      return c.json(viewEntityFacts(await getEntity(services, contextOf(c, now), ns, entity, query)), 200);
    })
    .openapi(neighborsRoute, async (c) => {
      const { ns, entity } = c.req.valid("param");
      const query = c.req.valid("query");
      return c.json(viewNeighbors(await neighbors(services, contextOf(c, now), ns, entity, query)), 200);
    })
    .openapi(putRoute, async (c) => {
      const { ns, entity } = c.req.valid("param");
      const { aliases } = c.req.valid("json");
      return c.json(viewEntity(await putAliases(services, contextOf(c, now), ns, entity, aliases)), 200);
    })
    .openapi(mergeRoute, async (c) => {
      const { ns, entity } = c.req.valid("param");
      const { into } = c.req.valid("json");
      return c.json(viewEntity(await mergeEntities(services, contextOf(c, now), ns, entity, into)), 200);
    });
}
