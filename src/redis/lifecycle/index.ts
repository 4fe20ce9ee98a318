import type { LifecycleStore } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { countByType } from "./count-by-type.js";
import { defaultsOf } from "./defaults.js";
import { freeOrphans } from "./free-orphans.js";
import { endingsOf, groupsOf } from "./groups-of.js";
import { keptIn, redisMemory } from "./kept-in.js";
import { keptFor } from "./kept-for.js";
import { mergeTop } from "./merge-top.js";
import { countBefore } from "./memories-before.js";
import { touch } from "./touch.js";
import { validityEndsOf } from "./validity-ends.js";
import { vitals } from "./vitals.js";

/** Lives and uses of memories, and statistics of a namespace. */
export const createLifecycleStore = (deps: StoreDeps): LifecycleStore =>
  portOf(deps, {
    defaultsOf,
    vitals,
    mergeTop,
    touch,
    freeOrphans,
    groupsOf,
    endingsOf,
    validityEndsOf,
    countByType,
    keptIn,
    redisMemory,
    keptFor,
    countBefore,
  });
