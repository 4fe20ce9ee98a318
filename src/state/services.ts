import type { AuditLog } from "../access/ports.js";
import type { StateNews, StateStore } from "./ports.js";
import type { TreatingValues } from "./treat-values.js";
import type { Watchers } from "./watchers.js";

/** Dependencies of the acts of state memory; built once in main. */
export interface StateServices extends TreatingValues {
  readonly store: StateStore;
  readonly audit: AuditLog;
  readonly news: StateNews;
  readonly watchers: Watchers;
}
