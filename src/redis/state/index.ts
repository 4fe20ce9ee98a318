import type { StateStore } from "../../state/ports.js";
import { asOf, query } from "./as-of.js";
import { changesAfter, startOfChanges } from "./changes.js";
import type { StateDeps } from "./deps.js";
import { get } from "./get.js";
import { history } from "./history.js";
import { patch } from "./patch.js";
import { put } from "./put.js";
import { remove } from "./remove.js";
import { transact } from "./transact.js";

/** State memory over RedisJSON: each method is one script. */
export function createStateStore(deps: StateDeps): StateStore {
  return {
    get: (trail, ref, path) => get(deps, trail, ref, path),
    put: (trail, command) => put(deps, trail, command),
    patch: (trail, command) => patch(deps, trail, command),
    remove: (trail, command) => remove(deps, trail, command),
    transact: (trail, transaction) => transact(deps, trail, transaction),
    asOf: (trail, ref, time) => asOf(deps, trail, ref, time),
    query: (namespace, value, path) => query(deps, namespace, value, path),
    history: (trail, ref, limit, before) => history(deps, trail, ref, limit, before),
    startOfChanges: (trail, namespace, after) => startOfChanges(deps, trail, namespace, after),
    changesAfter: (namespace, id, limit) => changesAfter(deps, namespace, id, limit),
  };
}
