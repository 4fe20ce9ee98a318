import type { Context } from "../../domain/context.js";
import { authorize } from "../authorize.js";
import { trailOf } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { Usage } from "./settings.js";

export async function getUsage(
  { store, audit }: NamespaceServices,
  context: Context,
  namespace: string,
): Promise<Usage> {
  await authorize(audit, context, namespace, { verb: "read", act: "usage.get" });
  return store.getUsage(trailOf(context, "usage.get"), namespace);
}
