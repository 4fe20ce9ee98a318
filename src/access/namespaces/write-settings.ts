import type { Context } from "../../domain/context.js";
import { DomainError, invalid } from "../../domain/errors.js";
import type { Trail } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { Settings } from "./settings.js";

export interface WriteSettingsOptions {
  readonly expectedVersion: number | undefined;
  /** The quotas are an operator's: limits that the namespace's own administrators can't lift. */
  readonly operator: boolean;
}

/** Writes all settings of a namespace, for an act that has been authorized. Returns the new version. */
export async function writeSettings(
  { store, audit, nextTime, changed }: NamespaceServices,
  context: Context,
  trail: Trail,
  namespace: string,
  settings: Settings,
  { expectedVersion, operator }: WriteSettingsOptions,
): Promise<number | "conflict"> {
  const { consolidation } = settings;
  const next = consolidation === null ? undefined : nextTime(consolidation, context.now());
  const version = await store
    .putSettings(trail, namespace, settings, { expectedVersion, next, operator })
    // On failure too: after a timeout, the write may still have been done.
    .finally(() => changed(namespace));
  if (version === "beyond_quota") {
    await audit.denied({ ...trail, other: namespace });
    throw new DomainError(
      "forbidden",
      "quota: Must not exceed the quota that an operator set. Only an operator (admin on **) may raise it.",
    );
  }
  return version;
}

/** Settings that only do something with an archive are refused without one. */
export function checkArchive({ archives }: NamespaceServices, { archive }: Settings): void {
  if (archive.after_seconds !== null && !archives)
    throw invalid(
      "archive.after_seconds",
      "This service has no archive. An operator sets it up by MNEME_ARCHIVE.",
    );
}

export function settingsConflict(): DomainError {
  return new DomainError(
    "settings_conflict",
    "Version conflict: the settings have changed. Re-read them and retry.",
  );
}
