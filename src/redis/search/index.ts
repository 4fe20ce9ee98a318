import type { SearchStore } from "../../memory/ports/search.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { countHolding } from "./count-holding.js";
import { list, nextTo } from "./list.js";
import { countIn, namespacesIn } from "./namespaces.js";
import { nearest } from "./nearest.js";
import { originsOf } from "./origins-of.js";
import { placesOf } from "./places-of.js";
import { search } from "./search.js";
import { situationsOf } from "./situations-of.js";

/** Memories and namespaces in the indexes of RediSearch. */
export const createSearchStore = (deps: StoreDeps): SearchStore =>
  portOf(deps, {
    search,
    list,
    nextTo,
    nearest,
    situationsOf,
    originsOf,
    placesOf,
    countHolding,
    countIn,
    namespacesIn,
  });
