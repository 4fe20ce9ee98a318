import { scopeOf } from "../../access/grants.js";
import { authorizeScope } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { invalid } from "../../domain/errors.js";
import { NO_PROGRESS } from "../model/embedding-migration.js";
import type { EmbeddingMigration } from "../model/embedding-migration.js";
import { nextModel } from "./next-model.js";
import { migrationUnfit } from "./refusals.js";
import type { MigrationServices } from "./services.js";

export interface MigrationInput {
  /** Id of a configured model; `auto`: the configured one that isn't in use, nor left by the latest migration. */
  readonly model: string;
  readonly rate: number | null;
  readonly switches: EmbeddingMigration["switches"];
}

/** Begins to change the store's embedding model. The worker does it. */
export async function beginMigration(
  services: MigrationServices,
  context: Context,
  { model, rate, switches }: MigrationInput,
): Promise<EmbeddingMigration> {
  const act = "embedding.migrate";
  await authorizeScope(services.audit, context, scopeOf("**"), { verb: "admin", act });
  const current = await services.models.read();
  const { active, migration: last } = current;
  if (active === undefined) throw migrationUnfit("The store has no embedding model yet.");
  if (last !== undefined && last.status !== "finished" && last.status !== "cancelled") {
    throw migrationUnfit(`The embedding migration ${last.id} isn't finished (${last.status}).`);
  }
  const to = model === "auto" ? automatic({ ...current, active, configured: services.configured }) : model;
  if (to === active) throw migrationUnfit(`The model ${active} is in use already.`);
  if (!services.configured.includes(to)) {
    throw invalid("model", `Must be a configured model: ${services.configured.join(", ")}.`);
  }
  const now = context.now();
  const migration: EmbeddingMigration = {
    id: services.newId(),
    from: active,
    to,
    status: "filling",
    since: now,
    startedAt: now,
    rate,
    switches,
    progress: NO_PROGRESS,
    report: null,
  };
  await services.audit.system(trailOf(context, act, { ids: [migration.id] }), "begun");
  if (!(await services.models.change(current, { active, migration }))) {
    throw migrationUnfit("Another request has just changed the embedding migration.");
  }
  await services.ensureIndexes();
  return migration;
}

function automatic(models: Parameters<typeof nextModel>[0]): string {
  const next = nextModel(models);
  if ("refused" in next) throw migrationUnfit(next.message);
  return next.model;
}
