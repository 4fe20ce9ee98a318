import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { Services } from "../services.js";
import { entityOf } from "./alias-outcome.js";
import type { Entity } from "./ports.js";
import { nameOf } from "./put-aliases.js";

/** Makes two known entities one, at once for all who ask; its own name is that of `into`. Facts keep their words. */
export async function mergeEntities(
  { entities, audit }: Services,
  context: Context,
  namespace: string,
  name: string,
  into: string,
): Promise<Entity> {
  await authorize(audit, context, namespace, { verb: "write", act: "entity.merge" });
  await authorize(audit, context, namespace, { verb: "read", act: "entity.merge" });
  const trail = trailOf(context, "entity.merge");
  return entityOf(await entities.merge(trail, namespace, nameOf(name), nameOf(into)));
}
