import type { Scope } from "../../access/grants.js";
import { aboutAny } from "./about.js";
import type { Entity, EntityStore } from "../ports/facts.js";

/**
 * Whether nothing is left of an entity: no fact, of any time, holds its only name. The list of entities drops it when
 * it finds it.
 */
export async function isGone(
  entities: EntityStore,
  scopes: readonly Scope[],
  entity: Entity,
): Promise<boolean> {
  if (entity.names.length > 1) return false;
  const ever = { asOf: undefined, validAt: undefined };
  const query = { scopes, filter: aboutAny([entity]), moment: ever, before: undefined, limit: 0 };
  return (await entities.factRefs(query)).total === 0;
}
