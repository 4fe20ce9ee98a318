import { sessionFacet } from "../../memory/model/facets.js";
import type { SessionRef } from "../../memory/sessions/session.js";
import type { Auditor } from "../audit/auditor.js";
import type { Meter } from "../namespaces/usage.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import type { ScriptScope } from "../scripts/bind.js";

export interface SessionDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly meter: Meter;
  readonly keys: Keys;
  /** Defaults, if a namespace's settings give none. */
  readonly defaults: {
    readonly ttlSeconds: number;
    readonly windowMessages: number;
    readonly windowTokens: number;
  };
}

/**
 * See lua/session.lua. A session's name may be anything, so its keys have its facet. `exempt`: what is written counts,
 * but no quota refuses it; `blind`: its writer may not read, so a full namespace refuses it also where it is there already.
 */
export function scopeOf(
  { keys, meter, defaults }: SessionDeps,
  { namespace, sessionId }: SessionRef,
  mode: "exempt" | "blind" | undefined = undefined,
): ScriptScope {
  const facet = sessionFacet(sessionId);
  const metered = meter(namespace, {
    json: 0,
    vectors: 0,
    exempt: mode === "exempt",
    blind: mode === "blind",
  });
  return {
    keys: [
      ...metered.keys,
      keys.session(namespace, facet),
      keys.sessionMessages(namespace, facet),
      keys.sessionIds(namespace, facet),
      keys.sessionDue(namespace, facet),
      keys.sessions(namespace),
      keys.sessionsEnding(namespace),
      keys.settings(namespace),
    ],
    args: [
      ...metered.args,
      facet,
      String(defaults.ttlSeconds),
      String(defaults.windowMessages),
      String(defaults.windowTokens),
    ],
  };
}
