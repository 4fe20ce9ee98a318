import type { Trail } from "../../access/trail.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import type { CapabilityWatch } from "../connection/watch-capabilities.js";
import type { Meter } from "../namespaces/usage.js";
import type { ScriptScope } from "../scripts/bind.js";

export interface StateDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly keys: Keys;
  /** Retention of superseded versions and changes. */
  readonly historyMs: number;
  /** How many bytes a namespace may hold that has no setting of its own; null: any number. */
  readonly quotaBytes: number | null;
  readonly meter: Meter;
  readonly capabilities: CapabilityWatch;
}

export const floatsFlag = ({ capabilities }: StateDeps): string =>
  capabilities.now.narrowsFloats ? "1" : "";

export function scopeIn(deps: StateDeps, namespace: string, { agent }: Trail): ScriptScope {
  const { keys, historyMs, quotaBytes } = deps;
  return {
    keys: [keys.stateHead(namespace), keys.stateChanges(namespace), keys.settings(namespace)],
    args: [agent, String(historyMs), keys.stateNews(namespace), floatsFlag(deps), String(quotaBytes ?? "")],
  };
}
