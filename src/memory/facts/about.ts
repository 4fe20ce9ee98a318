import { objectFacet, predicateFacet, subjectFacet } from "../model/facets.js";
import type { FacetQuery } from "../conditions/filter.js";
import type { Entity } from "../ports/facts.js";

/** Facts that hold any name of any of these as subject or object. */
export function aboutAny(
  entities: readonly Pick<Entity, "names">[],
  predicates: readonly string[] = [],
): FacetQuery {
  const names = entities.flatMap((entity) => entity.names.map(({ name }) => name));
  return {
    groups: [
      names.flatMap((name) => [subjectFacet(name), objectFacet(name)]),
      ...(predicates.length === 0 ? [] : [predicates.map(predicateFacet)]),
    ],
  };
}
