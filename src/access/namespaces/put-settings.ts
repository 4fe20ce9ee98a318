import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { authorize } from "../authorize.js";
import { trailOf } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { Settings, VersionedSettings } from "./settings.js";

/** Replaces all settings of a namespace. They hold for every write after the answer, in every process. */
export async function putSettings(
  { store, audit, nextTime }: NamespaceServices,
  context: Context,
  namespace: string,
  settings: Settings,
  expectedVersion: number | undefined,
): Promise<VersionedSettings> {
  await authorize(audit, context, namespace, { verb: "admin", act: "settings.put" });
  const trail = trailOf(context, "settings.put");
  const { consolidation } = settings;
  const next = consolidation === null ? undefined : nextTime(consolidation, context.now());
  const version = await store.putSettings(trail, namespace, settings, expectedVersion, next);
  if (version !== undefined) return { settings, version };
  throw new DomainError("settings_conflict", "The settings have another version by now: read them again.");
}
