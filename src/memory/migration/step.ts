import { scopeOf } from "../../access/grants.js";
import { authorizeScope } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { NO_PROGRESS } from "../model/embedding-migration.js";
import type { EmbeddingMigration, MigrationStatus } from "../model/embedding-migration.js";
import { found } from "./read.js";
import { migrationUnfit } from "./refusals.js";
import type { MigrationServices } from "./services.js";

export const MIGRATION_STEPS = ["switch", "roll_back", "finish", "cancel"] as const;
export type MigrationStep = (typeof MIGRATION_STEPS)[number];

interface Transition {
  readonly from: readonly MigrationStatus[];
  readonly to: MigrationStatus;
}

const TRANSITIONS: Readonly<Record<MigrationStep, Transition>> = {
  switch: { from: ["ready"], to: "switched" },
  roll_back: { from: ["switched"], to: "ready" },
  finish: { from: ["switched"], to: "finishing" },
  cancel: { from: ["filling", "comparing", "ready"], to: "cancelling" },
};

/** Takes a migration one step on, for all processes at once. */
export async function stepMigration(
  services: MigrationServices,
  context: Context,
  id: string,
  step: MigrationStep,
): Promise<EmbeddingMigration> {
  const act = "embedding.migrate";
  await authorizeScope(services.audit, context, scopeOf("**"), { verb: "admin", act });
  const { from, to } = TRANSITIONS[step];
  for (let recorded = false; ; recorded = true) {
    const current = await services.models.read();
    const migration = found(current, id);
    if (!from.includes(migration.status)) {
      throw migrationUnfit(`The step ${step} isn't possible while the migration is ${migration.status}.`);
    }
    const next = stepped(migration, to, context.now());
    if (!recorded) await services.audit.system(trailOf(context, act, { ids: [migration.id] }), step);
    // The worker notes its progress in the same record.
    if (await services.models.change(current, next)) return next.migration;
  }
}

/** The migration in its next status, and the model in use from then on. */
export function stepped(
  migration: EmbeddingMigration,
  status: MigrationStatus,
  now: number,
): { readonly active: string; readonly migration: EmbeddingMigration } {
  // Who goes back decides when it comes on again.
  const switches = migration.status === "switched" && status === "ready" ? "on_request" : migration.switches;
  const walks = ["finishing", "cancelling"].includes(status);
  const progress = walks ? NO_PROGRESS : { ...migration.progress, waiting: null };
  const next = { ...migration, status, since: now, switches, progress };
  return { active: activeIn(next), migration: next };
}

/** The model whose vectors are searched during a migration. */
export function activeIn({ status, from, to }: EmbeddingMigration): string {
  return ["switched", "finishing", "finished"].includes(status) ? to : from;
}
