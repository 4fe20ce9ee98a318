import type { AuditLog } from "../access/ports.js";
import type { StateStore } from "./ports.js";

/** What the verbs of state memory work with; built once in main. */
export interface StateServices {
  readonly store: StateStore;
  readonly audit: AuditLog;
}
