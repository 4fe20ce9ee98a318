import type { Scope } from "../../access/grants.js";
import type { Services } from "../services.js";

/**
 * Which of the possible names (`possibleNames`) are names of entities in these namespaces: known there, with all of
 * their aliases. Within a pattern, only the root's aliases are looked up. Below the root, every possible name counts,
 * and the index decides.
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
