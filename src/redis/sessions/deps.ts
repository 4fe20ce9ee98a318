import { sessionFacet } from "../../memory/facets.js";
import type { SessionRef } from "../../memory/sessions/session.js";
import type { Auditor } from "../access/auditor.js";
import type { RedisGateway } from "../client.js";
import type { Keys } from "../keys.js";
import type { ScriptScope } from "../scripts.js";

export interface SessionDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly keys: Keys;
  /** Where a namespace's settings say nothing. */
  readonly defaults: {
    readonly ttlSeconds: number;
    readonly windowMessages: number;
    readonly windowTokens: number;
  };
}

/** See lua/session.lua. A session's name may be anything, so its keys have its facet. */
export function scopeOf({ keys, defaults }: SessionDeps, { namespace, sessionId }: SessionRef): ScriptScope {
  const facet = sessionFacet(sessionId);
  return {
    keys: [
      keys.session(namespace, facet),
      keys.sessionMessages(namespace, facet),
      keys.sessionIds(namespace, facet),
      keys.sessionDue(namespace, facet),
      keys.sessions(namespace),
      keys.sessionsEnding(namespace),
      keys.settings(namespace),
    ],
    args: [
      facet,
      String(defaults.ttlSeconds),
      String(defaults.windowMessages),
      String(defaults.windowTokens),
    ],
  };
}
