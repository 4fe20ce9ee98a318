import type { Context } from "../../domain/context.js";
import { authorize } from "../authorize.js";
import { trailOf } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { VersionedSettings } from "./settings.js";

export async function getSettings(
  { store, audit }: NamespaceServices,
  context: Context,
  namespace: string,
): Promise<VersionedSettings> {
  await authorize(audit, context, namespace, { verb: "admin", act: "settings.get" });
  return store.getSettings(trailOf(context, "settings.get"), namespace);
}
