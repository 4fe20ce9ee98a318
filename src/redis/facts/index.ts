import type { EntityStore } from "../../memory/ports/facts.js";
import type { StoreDeps } from "../deps.js";
import { mergeEntities, putAliases } from "./aliases.js";
import { factRefs, facts } from "./find.js";
import { list } from "./list.js";
import { resolve } from "./resolve.js";

/** Facts and their entities over RedisJSON and RediSearch. */
export function createEntityStore(deps: StoreDeps): EntityStore {
  return {
    resolve: (namespace, names) => resolve(deps, namespace, names),
    factRefs: (query) => factRefs(deps, query),
    facts: (query) => facts(deps, query),
    list: (namespace, prefix, after, limit) => list(deps, namespace, prefix, after, limit),
    putAliases: (trail, namespace, entity, aliases) => putAliases(deps, trail, namespace, entity, aliases),
    merge: (trail, namespace, from, into) => mergeEntities(deps, trail, namespace, from, into),
  };
}
