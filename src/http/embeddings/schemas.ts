import { z } from "@hono/zod-openapi";
import { MIGRATION_STATUSES } from "../../memory/model/embedding-migration.js";
import type { EmbeddingMigration } from "../../memory/model/embedding-migration.js";
import { activeIn, MIGRATION_STEPS } from "../../memory/migration/step.js";
import type { ModelsInUse } from "../../memory/ports/embedding-models.js";
import { iso, memoryId, orNull, timeView } from "../openapi/primitives.js";

const modelId = z
  .string()
  .regex(/^[a-z0-9.-]{1,64}$/, "Must be the id of an embedding model, or auto.")
  .openapi({
    description:
      "Id of the new model; `auto`: the configured model that isn't in use. A model that the latest finished migration left must be named.",
  });

export const migrationRequest = z
  .strictObject({
    model: modelId.default("auto"),
    rate_per_second: z.int().min(1).max(10_000).nullable().default(null).openapi({
      description:
        "Maximum number of memories embedded per second; null: half of the time is left to other work.",
    }),
    switch: z.enum(["when_ready", "on_request"]).default("when_ready").openapi({
      description:
        "When recall changes to the new vectors. `when_ready`: once all are there and the report was made. `on_request`: by the step `switch`.",
    }),
  })
  .openapi("NewEmbeddingMigration");

export const stepRequest = z
  .strictObject({
    step: z.enum(MIGRATION_STEPS).openapi({
      description:
        "`switch`: recall uses the new vectors. `roll_back`: recall uses the old vectors again. `finish`: deletes the old vectors; then this can't be undone. `cancel`: before the switch, ends the migration and deletes the new vectors.",
    }),
  })
  .openapi("EmbeddingMigrationStep");

export const migrationParams = z.strictObject({ id: memoryId });

const share = z.number().min(0).max(1).nullable();

export const migrationView = z
  .object({
    id: memoryId.openapi({ description: "Id of the migration." }),
    from: z.string().openapi({ description: "Id of the old model." }),
    to: z.string().openapi({ description: "Id of the new model." }),
    active: z.string().openapi({ description: "Id of the model whose vectors recall uses." }),
    status: z.enum(MIGRATION_STATUSES).openapi({
      description:
        "`filling`: stored memories get new vectors. `comparing`: the report is being made. `ready`: waits for the step `switch`. `switched`: recall uses the new vectors, and the old ones are kept current, so that `roll_back` works. `finishing`, `cancelling`: vectors of the unused model are being deleted. `finished`, `cancelled`: the migration has ended.",
    }),
    started_at: timeView.openapi({ description: "Start of the migration." }),
    since: timeView.openapi({ description: "Time of the last change of status." }),
    rate_per_second: z.int().nullable().openapi({
      description:
        "Maximum number of memories embedded per second; null: half of the time is left to other work.",
    }),
    switch: z
      .enum(["when_ready", "on_request"])
      .openapi({ description: "Whether the switch comes by itself or by the step `switch`." }),
    seen: z
      .int()
      .openapi({ description: "Number of memories and old versions processed in the current pass." }),
    total: z.int().openapi({ description: "Approximate number of memories and old versions in the store." }),
    changed: z.int().openapi({
      description: "Number of memories and old versions whose vectors were added or deleted in this status.",
    }),
    per_second: z.number().nullable().openapi({
      description: "Memories and old versions processed per second; null: not known yet.",
    }),
    eta: orNull(timeView).openapi({
      description: "Expected end of the current pass; null: not known, or no pass is running.",
    }),
    waiting: z.string().nullable().openapi({
      description: "Code of the embedder fault that is blocking the migration; null: none.",
    }),
    report: z
      .object({
        queries: z.int().openapi({ description: "Queries that both models answered." }),
        recalled: z.int().openapi({
          description:
            "How many of the queries come from receipts of recalls. The others are beginnings of memories.",
        }),
        mean_overlap_at_10: share.openapi({
          description:
            "Mean share of the ten nearest memories that both models have in common; null: no query could be compared, for example because the old model isn't configured.",
        }),
        least_overlap_at_10: share.openapi({
          description: "Smallest of these shares over all queries; null: no query could be compared.",
        }),
      })
      .nullable()
      .openapi({ description: "Comparison of both models; null before it is made." }),
  })
  .openapi("EmbeddingMigration");

export const modelsView = z
  .object({
    active: z
      .string()
      .nullable()
      .openapi({ description: "Id of the model whose vectors recall uses; null: none yet." }),
    configured: z
      .array(z.string())
      .openapi({ description: "Ids of the models that this process embeds with." }),
    migration: orNull(migrationView).openapi({ description: "The latest migration; null: there was none." }),
  })
  .openapi("EmbeddingModels");

export function viewMigration(migration: EmbeddingMigration, now: number): z.infer<typeof migrationView> {
  const { progress, report } = migration;
  const { seen, total, done, perSecond, waiting } = progress;
  const walks = ["filling", "finishing", "cancelling"].includes(migration.status);
  const left = Math.max(0, total - seen);
  return {
    id: migration.id,
    from: migration.from,
    to: migration.to,
    active: activeIn(migration),
    status: migration.status,
    started_at: iso(migration.startedAt),
    since: iso(migration.since),
    rate_per_second: migration.rate,
    switch: migration.switches,
    seen,
    total,
    changed: done,
    per_second: perSecond === null ? null : Math.round(perSecond * 10) / 10,
    eta:
      walks && perSecond !== null && perSecond > 0 ? iso(Math.round(now + (left * 1000) / perSecond)) : null,
    waiting,
    report:
      report === null
        ? null
        : {
            queries: report.queries,
            recalled: report.recalled,
            mean_overlap_at_10: report.mean,
            least_overlap_at_10: report.least,
          },
  };
}

export function viewModels(
  { active, migration, configured }: ModelsInUse & { readonly configured: readonly string[] },
  now: number,
): z.infer<typeof modelsView> {
  return {
    active: active ?? null,
    configured: [...configured],
    migration: migration === undefined ? null : viewMigration(migration, now),
  };
}
