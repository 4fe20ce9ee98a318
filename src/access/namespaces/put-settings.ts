import type { Context } from "../../domain/context.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { authorize } from "../authorize.js";
import { isOperator } from "../keys/key.js";
import { trailOf } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { Settings, VersionedSettings } from "./settings.js";

/**
 * Replaces all settings of a namespace. They hold for every write after the answer, in every process, and for every
 * recall after it in this process. In other processes recalls follow within 5 seconds. A quota that an operator set, or
 * that the service is configured with, is a limit: other administrators of the namespace can only lower it.
 */
export async function putSettings(
  { store, audit, nextTime, changed, archives }: NamespaceServices,
  context: Context,
  namespace: string,
  settings: Settings,
  expectedVersion: number | undefined,
): Promise<VersionedSettings> {
  await authorize(audit, context, namespace, { verb: "admin", act: "settings.put" });
  if (settings.archive.after_seconds !== null && !archives)
    throw invalid(
      "archive.after_seconds",
      "This service has no archive. An operator sets it up by MNEME_ARCHIVE.",
    );
  const trail = trailOf(context, "settings.put");
  const { consolidation } = settings;
  const next = consolidation === null ? undefined : nextTime(consolidation, context.now());
  const operator = isOperator(context.actor.grants);
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
  if (version !== "conflict") return { settings, version };
  throw new DomainError(
    "settings_conflict",
    "Version conflict: the settings have changed. Re-read them and retry.",
  );
}
