import type { EmbeddingMigration } from "../model/embedding-migration.js";

interface Models {
  readonly active: string;
  readonly configured: readonly string[];
  /** The latest migration. */
  readonly migration: Pick<EmbeddingMigration, "from" | "status"> | undefined;
}

/**
 * The model that `auto` means, or why there is none. A model that the latest migration has left is changed to only by
 * its name: a command that is run once more must not begin the way back.
 */
export function nextModel({
  active,
  configured,
  migration,
}: Models): { readonly model: string } | { readonly refused: "left" | "none"; readonly message: string } {
  const left = migration?.status === "finished" ? migration.from : undefined;
  const others = configured.filter((id) => id !== active);
  const model = others.find((id) => id !== left);
  if (model !== undefined) return { model };
  return others.length === 0
    ? {
        refused: "none",
        message: `No other embedding model than ${active} (in use) is configured. Set MNEME_EMBEDDER or MNEME_EMBEDDING_SECOND.`,
      }
    : {
        refused: "left",
        message: `The store already uses this model: ${active}. The latest migration came from ${left}: to go back, give that as the model.`,
      };
}
