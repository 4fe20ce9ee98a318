import type { AuditLog } from "../ports.js";
import type { KeyCache, KeyStore } from "./ports.js";

/** Dependencies of the acts on keys; built once in main. */
export interface KeyServices {
  readonly keys: KeyStore;
  readonly cache: Pick<KeyCache, "forget" | "forgetAll">;
  /** Requests a minute of a key that has no limit of its own; undefined: any number. */
  readonly rateLimitPerMinute: number | undefined;
  readonly audit: AuditLog;
  readonly newId: (now: number) => string;
}
