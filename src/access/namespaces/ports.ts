import type { AuditLog } from "../ports.js";
import type { Trail } from "../trail.js";
import type { ConsolidationSettings, Settings, Usage, VersionedSettings } from "./settings.js";

/** What is known of namespaces themselves. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface NamespaceStore {
  getSettings(trail: Trail, namespace: string): Promise<VersionedSettings>;
  /** The new version; undefined if there is another one than expected. */
  putSettings(
    trail: Trail,
    namespace: string,
    settings: Settings,
    expectedVersion: number | undefined,
    /** When its schedule consolidates it next, milliseconds since the epoch. */
    next: number | undefined,
  ): Promise<number | undefined>;
  getUsage(trail: Trail, namespace: string): Promise<Usage>;
}

/** What the verbs on namespaces work with; built once in main. */
export interface NamespaceServices {
  readonly store: NamespaceStore;
  readonly audit: AuditLog;
  /** When a schedule's time comes next after a moment, milliseconds since the epoch; undefined: never. */
  readonly nextTime: (
    schedule: Pick<ConsolidationSettings, "schedule" | "time_zone">,
    after: number,
  ) => number | undefined;
}
