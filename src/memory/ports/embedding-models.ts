import type { EmbeddingMigration } from "../model/embedding-migration.js";

/** What all processes go by. */
export interface ModelsInUse {
  /** The model whose vectors are searched; undefined: none has been used yet. */
  readonly active: string | undefined;
  /** The latest migration. */
  readonly migration: EmbeddingMigration | undefined;
}

/** The record in Redis of which model's vectors are searched. Each process reads it twice a second. */
export interface ModelStore {
  /** As it was read last; undefined: too long ago to go by. */
  known(): ModelsInUse | undefined;
  read(): Promise<ModelsInUse>;
  /** False: another process has changed it since it was read. */
  change(
    from: ModelsInUse,
    to: { readonly active: string; readonly migration: EmbeddingMigration },
  ): Promise<boolean>;
}

/**
 * After this, no process goes by what was in the record before a change: what it doesn't read in time, it doesn't go by.
 */
export const MODELS_KNOWN_MS = 6_000;
