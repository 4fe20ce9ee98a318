import { createRoute } from "../router/create-route.js";
import { beginMigration } from "../../memory/migration/begin.js";
import { readMigration, readModels } from "../../memory/migration/read.js";
import { stepMigration } from "../../memory/migration/step.js";
import type { AppDeps } from "../env.js";
import { optionalBody } from "../middleware/optional-body.js";
import {
  jsonBody,
  jsonResponse,
  migrationMissing,
  migrationUnfit,
  optionalJsonBody,
  problems,
  unfitBody,
} from "../openapi/responses.js";
import { createRouter } from "../router/create-router.js";
import { contextOf } from "../verb-context.js";
import {
  migrationParams,
  migrationRequest,
  migrationView,
  modelsView,
  stepRequest,
  viewMigration,
  viewModels,
} from "./schemas.js";

const tags = ["embeddings"];

const beginRoute = createRoute({
  method: "post",
  path: "/v1/embedding-migrations",
  operationId: "startEmbeddingMigration",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Change the embedding model",
  description:
    "Gives all memories vectors of another configured model, in the background. The answer comes at once. Recall uses the old vectors until all new ones are there. Needs `admin` on `**`. See docs/operations.md.",
  middleware: [optionalBody] as const,
  request: { body: optionalJsonBody(migrationRequest) },
  responses: {
    202: jsonResponse(migrationView, "The migration has started.", "Location"),
    ...problems,
    ...unfitBody,
    ...migrationUnfit,
  },
});

const modelsRoute = createRoute({
  method: "get",
  path: "/v1/embedding-migrations",
  operationId: "getEmbeddingModels",
  traits: { lane: "direct" },
  tags,
  summary: "Read the embedding models and the latest migration",
  description: "Needs `admin` on `**`.",
  responses: { 200: jsonResponse(modelsView, "The models."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: "/v1/embedding-migrations/{id}",
  operationId: "getEmbeddingMigration",
  traits: { lane: "direct" },
  tags,
  summary: "Read the progress of a change of the embedding model",
  description: "Needs `admin` on `**`.",
  request: { params: migrationParams },
  responses: { 200: jsonResponse(migrationView, "The migration."), ...problems, ...migrationMissing },
});

const stepRoute = createRoute({
  method: "post",
  path: "/v1/embedding-migrations/{id}/steps",
  operationId: "stepEmbeddingMigration",
  traits: { lane: "direct", shows: [] },
  tags,
  summary: "Switch, roll back, finish or cancel an embedding migration",
  description: "Takes effect in all processes within a second. Needs `admin` on `**`.",
  request: { params: migrationParams, body: jsonBody(stepRequest) },
  responses: {
    200: jsonResponse(migrationView, "The migration after the step."),
    ...problems,
    ...unfitBody,
    ...migrationMissing,
    ...migrationUnfit,
  },
});

export function embeddingRoutes({ embeddingMigrations, now }: AppDeps) {
  return createRouter()
    .openapi(beginRoute, async (c) => {
      const input = c.req.valid("json");
      const migration = await beginMigration(embeddingMigrations, contextOf(c, now), {
        model: input.model,
        rate: input.rate_per_second,
        switches: input.switch,
      });
      c.header("Location", `/v1/embedding-migrations/${migration.id}`);
      return c.json(viewMigration(migration, now()), 202);
    })
    .openapi(modelsRoute, async (c) =>
      c.json(viewModels(await readModels(embeddingMigrations, contextOf(c, now)), now()), 200),
    )
    .openapi(readRoute, async (c) => {
      const { id } = c.req.valid("param");
      const migration = await readMigration(embeddingMigrations, contextOf(c, now), id);
      return c.json(viewMigration(migration, now()), 200);
    })
    .openapi(stepRoute, async (c) => {
      const { id } = c.req.valid("param");
      const { step } = c.req.valid("json");
      const migration = await stepMigration(embeddingMigrations, contextOf(c, now), id, step);
      return c.json(viewMigration(migration, now()), 200);
    });
}
