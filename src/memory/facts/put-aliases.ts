import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { Services } from "../services.js";
import { entityOf } from "./alias-outcome.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { Entity, Name } from "../ports/facts.js";

/**
 * Gives an entity these other names, and no others. An unknown entity is created. Facts keep their own words: names are
 * looked up when facts are read. A name of another entity is refused: that is a merge.
 */
export async function putAliases(
  { entities, audit }: Pick<Services, "entities" | "audit">,
  context: Context,
  namespace: string,
  name: string,
  aliases: readonly string[],
): Promise<Entity> {
  // The answer shows the entity's own name, and a refusal shows that another entity exists.
  await authorize(audit, context, namespace, { verbs: ["write", "read"], act: "entity.put" });
  const trail = trailOf(context, "entity.put");
  return entityOf(await entities.putAliases(trail, namespace, nameOf(name), aliases.map(nameOf)));
}

export function nameOf(written: string): Name {
  return { name: normaliseName(written), written: written.trim() };
}
