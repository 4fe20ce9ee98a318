import { scopeOf } from "../../access/grants.js";
import { authorizeScope } from "../../access/authorize.js";
import type { Context } from "../../domain/context.js";
import type { EmbeddingMigration } from "../model/embedding-migration.js";
import type { ModelsInUse } from "../ports/embedding-models.js";
import { migrationMissing } from "./refusals.js";
import type { MigrationServices } from "./services.js";

/** The model in use, those that could be, and the latest migration. */
export async function readModels(
  services: MigrationServices,
  context: Context,
): Promise<ModelsInUse & { readonly configured: readonly string[] }> {
  const need = { verb: "admin", act: "embedding.read" } as const;
  await authorizeScope(services.audit, context, scopeOf("**"), need);
  return { ...(await services.models.read()), configured: services.configured };
}

export async function readMigration(
  services: MigrationServices,
  context: Context,
  id: string,
): Promise<EmbeddingMigration> {
  return found(await readModels(services, context), id);
}

export function found({ migration }: ModelsInUse, id: string): EmbeddingMigration {
  if (migration?.id !== id) throw migrationMissing();
  return migration;
}
