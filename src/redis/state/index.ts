import type { StateStore } from "../../state/ports.js";
import { portOf } from "../port.js";
import { asOf, query } from "./as-of.js";
import { changesAfter, startOfChanges } from "./changes.js";
import type { StateDeps } from "./deps.js";
import { get } from "./get.js";
import { history } from "./history.js";
import { list } from "./list.js";
import { patch } from "./patch.js";
import { put } from "./put.js";
import { createReads } from "./reads.js";
import { remove } from "./remove.js";
import { transact } from "./transact.js";

/** State memory over RedisJSON: each method is one script. */
export function createStateStore(deps: StateDeps): StateStore {
  return portOf(
    { ...deps, reads: createReads(deps) },
    {
      get,
      put,
      patch,
      remove,
      transact,
      asOf,
      query,
      history,
      list,
      startOfChanges,
      changesAfter,
    },
  );
}
