import type { AuditLog } from "../ports.js";
import type { Trail } from "../trail.js";
import type { ConsolidationSettings, Settings, Usage, VersionedSettings } from "./settings.js";

/** Settings and usage of namespaces. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface NamespaceStore {
  getSettings(trail: Trail, namespace: string): Promise<VersionedSettings>;
  /** Not recorded: part of an act that is. */
  peekSettings(namespace: string): Promise<VersionedSettings>;
  /** The new version; `conflict` if there is another one than expected, `beyond_quota` if a quota is above the operator's. */
  putSettings(
    trail: Trail,
    namespace: string,
    settings: Settings,
    options: PutSettingsOptions,
  ): Promise<number | "conflict" | "beyond_quota">;
  getUsage(trail: Trail, namespace: string): Promise<Usage>;
}

export interface PutSettingsOptions {
  readonly expectedVersion: number | undefined;
  /** When its schedule consolidates it next, milliseconds since the epoch. */
  readonly next: number | undefined;
  /** An operator sets them: the quotas are limits that the namespace's own administrator can't lift. */
  readonly operator: boolean;
}

/** Dependencies of the acts on namespaces; built once in main. */
export interface NamespaceServices {
  readonly store: NamespaceStore;
  readonly audit: AuditLog;
  /** Whether there is a place for archived memories. */
  readonly archives: boolean;
  /** Called with each namespace whose settings may have changed. */
  readonly changed: (namespace: string) => void;
  /** When a schedule's time comes next after a moment, milliseconds since the epoch; undefined: never. */
  readonly nextTime: (
    schedule: Pick<ConsolidationSettings, "schedule" | "time_zone">,
    after: number,
  ) => number | undefined;
}
