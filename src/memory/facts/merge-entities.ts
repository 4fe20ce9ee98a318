import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { Services } from "../services.js";
import { entityNotFound } from "../../domain/errors.js";
import { entityOf } from "./alias-outcome.js";
import { isGone } from "./is-gone.js";
import type { Entity } from "../ports/facts.js";
import { nameOf } from "./put-aliases.js";

/** Makes two known entities one, at once for all who ask; its own name is that of `into`. Facts keep their words. */
export async function mergeEntities(
  { entities, audit }: Pick<Services, "entities" | "audit">,
  context: Context,
  namespace: string,
  name: string,
  into: string,
): Promise<Entity> {
  await authorize(audit, context, namespace, { verbs: ["write", "read"], act: "entity.merge" });
  const trail = trailOf(context, "entity.merge");
  const names = [nameOf(name), nameOf(into)] as const;
  const known = await entities.resolve(
    namespace,
    names.map((each) => each.name),
  );
  const scopes = [{ root: namespace, below: false }];
  for (const entity of known.entities) {
    if (entity === undefined || !(await isGone(entities, scopes, entity))) continue;
    await audit.record(namespace, trail, "missing");
    throw entityNotFound();
  }
  return entityOf(await entities.merge(trail, namespace, ...names));
}
