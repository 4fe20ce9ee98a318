import type { EntityStore, FactStore } from "../../memory/ports/facts.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { mergeEntities, putAliases } from "./aliases.js";
import { factRefs, facts } from "./find.js";
import { links } from "./links.js";
import { list } from "./list.js";
import { resolve } from "./resolve.js";
import { rivalsOf } from "./rivals.js";

/** Names of entities, and the facts that hold them, over RedisJSON and RediSearch. */
export const createEntityStore = (deps: StoreDeps): EntityStore =>
  portOf(deps, { resolve, factRefs, facts, links, list, putAliases, merge: mergeEntities });

/** Facts by their subject and predicate. */
export const createFactStore = (deps: StoreDeps): FactStore => portOf(deps, { rivalsOf });
