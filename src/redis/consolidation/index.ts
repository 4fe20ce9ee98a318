import type { ConsolidationStore } from "../../memory/consolidation/ports.js";
import { begin, beginUndo } from "./begin.js";
import type { ConsolidationDeps } from "./deps.js";
import { actions, due, list, read } from "./read.js";
import { claim, finish, keep, postpone, reinstate, settle } from "./work.js";

/** Runs in hashes and lists, in the slot of their namespace: each method is one script. */
export function createConsolidationStore(deps: ConsolidationDeps): ConsolidationStore {
  return {
    begin: (trail, run) => begin(deps, trail, run),
    beginUndo: (trail, namespace, id) => beginUndo(deps, trail, namespace, id),
    read: (trail, namespace, id, from, limit) => read(deps, trail, namespace, id, from, limit),
    list: (trail, namespace, limit) => list(deps, trail, namespace, limit),
    due: (now, limit) => due(deps, now, limit),
    claim: (namespace, leaseMs) => claim(deps, namespace, leaseMs),
    actions: (held, from, limit) => actions(deps, held, from, limit),
    progress: (held, leaseMs, progress) => keep(deps, held, leaseMs, { progress }),
    plan: (held, leaseMs, from, planned, progress) =>
      keep(deps, held, leaseMs, { progress, plan: { from, actions: planned } }),
    keep: (held, leaseMs, index, action, progress) =>
      keep(deps, held, leaseMs, { progress, action: { index, action } }),
    settle: (trail, held, settlement) => settle(deps, trail, held, settlement),
    reinstate: (trail, held, made, superseded) => reinstate(deps, trail, held, made, superseded),
    finish: (held, status, error, seen) => finish(deps, held, status, error, seen),
    postpone: (held, ms) => postpone(deps, held, ms),
  };
}
