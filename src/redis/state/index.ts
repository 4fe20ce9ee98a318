import type { StateStore } from "../../state/ports.js";
import type { StateDeps } from "./deps.js";
import { get } from "./get.js";
import { patch } from "./patch.js";
import { put } from "./put.js";
import { remove } from "./remove.js";

/** State memory over RedisJSON: each method is one script. */
export function createStateStore(deps: StateDeps): StateStore {
  return {
    get: (trail, ref, path) => get(deps, trail, ref, path),
    put: (trail, command) => put(deps, trail, command),
    patch: (trail, command) => patch(deps, trail, command),
    remove: (trail, command) => remove(deps, trail, command),
  };
}
