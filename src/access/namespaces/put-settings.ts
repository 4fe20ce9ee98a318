import type { Context } from "../../domain/context.js";
import { authorize } from "../authorize.js";
import { isOperator } from "../keys/key.js";
import { trailOf } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { Settings, VersionedSettings } from "./settings.js";
import { checkArchive, settingsConflict, writeSettings } from "./write-settings.js";

/**
 * Replaces all settings of a namespace. They hold for every write after the answer, in every process, and for every
 * recall after it in this process. In other processes recalls follow within 5 seconds. A quota that an operator set, or
 * that the service is configured with, is a limit: other administrators of the namespace can only lower it.
 */
export async function putSettings(
  services: NamespaceServices,
  context: Context,
  namespace: string,
  settings: Settings,
  expectedVersion: number | undefined,
): Promise<VersionedSettings> {
  await authorize(services.audit, context, namespace, { verb: "admin", act: "settings.put" });
  checkArchive(services, settings);
  const operator = isOperator(context.actor.grants);
  const trail = trailOf(context, "settings.put");
  const options = { expectedVersion, operator };
  const version = await writeSettings(services, context, trail, namespace, settings, options);
  if (version === "conflict") throw settingsConflict();
  return { settings, version };
}
