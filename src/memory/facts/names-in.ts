import type { Scope } from "../../access/grants.js";
import type { Services } from "../services.js";

/**
 * Of what may be names (`possibleNames`), those of entities in these namespaces: known there, with all of their aliases. Of a
 * pattern only its root is asked what it knows; below it, whatever may be a name is one, and the index tells.
 */
export async function namesIn(
  { entities }: Pick<Services, "entities">,
  possible: readonly string[],
  scopes: readonly Scope[],
): Promise<readonly string[]> {
  const names = new Set(scopes.some(({ below }) => below) ? possible : []);
  const roots = scopes.map(({ root }) => root).filter((root) => root !== "");
  const known = await Promise.all(roots.map((root) => entities.resolve(root, possible)));
  for (const entity of known.flatMap((resolved) => resolved.entities)) {
    for (const { name } of entity?.names ?? []) names.add(name);
  }
  return [...names];
}
