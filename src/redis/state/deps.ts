import type { Trail } from "../../access/trail.js";
import type { Auditor } from "../access/auditor.js";
import type { RedisGateway } from "../client.js";
import type { Keys } from "../keys.js";
import type { ScriptScope } from "../scripts.js";

export interface StateDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly keys: Keys;
  /** How long superseded versions and changes are kept. */
  readonly historyMs: number;
}

export function scopeIn({ keys, historyMs }: StateDeps, namespace: string, { agent }: Trail): ScriptScope {
  return {
    keys: [keys.stateHead(namespace), keys.stateChanges(namespace), keys.settings(namespace)],
    args: [agent, String(historyMs), keys.stateNews(namespace)],
  };
}
