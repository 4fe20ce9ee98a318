import type { Claim } from "../../memory/consolidation/ports.js";
import type { Auditor } from "../audit/auditor.js";
import type { Meter } from "../namespaces/usage.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import type { ScriptScope } from "../scripts/bind.js";

export interface ConsolidationDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly meter: Meter;
  readonly keys: Keys;
  /** The retention of a run and of its undo data. */
  readonly retentionMs: number;
}

/** See consolidation/lua/lib-lease.lua. */
export function scopeOf(keys: Keys, { run: { namespace, id }, fence }: Claim): ScriptScope {
  return {
    keys: [
      keys.consolidationHead(namespace),
      keys.consolidation(namespace, id),
      keys.consolidationActions(namespace, id),
      keys.consolidationDue(namespace),
    ],
    args: [id, String(fence)],
  };
}
