import type { ConsolidationStore } from "../../memory/consolidation/ports.js";
import { portOf } from "../port.js";
import { begin, beginUndo } from "./begin.js";
import type { ConsolidationDeps } from "./deps.js";
import { actions, due, list, read, standBack } from "./read.js";
import { claim, finish, keep, postpone, reinstate, settle } from "./work.js";

/** Runs in hashes and lists, in the slot of their namespace: each method is one script. */
export function createConsolidationStore(deps: ConsolidationDeps): ConsolidationStore {
  return {
    ...portOf(deps, {
      begin,
      beginUndo,
      read,
      list,
      due,
      standBack,
      claim,
      actions,
      settle,
      reinstate,
      finish,
      postpone,
    }),
    progress: (held, leaseMs, progress) => keep(deps, held, leaseMs, { progress }),
    plan: (held, leaseMs, from, planned, progress) =>
      keep(deps, held, leaseMs, { progress, plan: { from, actions: planned } }),
    keep: (held, leaseMs, index, action, progress) =>
      keep(deps, held, leaseMs, { progress, action: { index, action } }),
  };
}
