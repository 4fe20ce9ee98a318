import type { Grant } from "./grant.js";

/** The caller and the clock, passed through every verb, so that nothing is global. */
export interface Context {
  readonly actor: Actor;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Names this act, the same for each retry of it: a script that has done it answers as it did the first time.
   * Undefined: no retry will come (no `Idempotency-Key`).
   */
  readonly operation: string | undefined;
  /** An earlier try of the operation may have acted: what it has done is noted, see `AuditLog.done`. */
  readonly again?: boolean;
  /** Whether the caller has gone, so that long work may end between two steps. Absent: it isn't known. */
  readonly gone?: () => boolean;
}

export interface Actor {
  /** Becomes `source_agent` of what this actor writes. */
  readonly agent: string;
  /** Id of the API key that was sent; null without one. */
  readonly keyId: string | null;
  readonly grants: readonly Grant[];
  /** The keys that made the actor's key, the nearest first: what it does counts as done by all of them. */
  readonly makers: readonly Maker[];
  /** The key is a person's: it may say what a human says. */
  readonly human: boolean;
}

export interface Maker {
  readonly keyId: string;
  readonly agent: string;
}

/** The actor of every request, until the first API key is made. */
export const ANONYMOUS: Actor = {
  agent: "anonymous",
  keyId: null,
  makers: [],
  human: true,
  grants: [{ namespace: "**", verbs: ["read", "write", "publish", "admin"] }],
};

/** The actor of mneme's own acts, such as carrying a revision to published copies. */
export const SYSTEM_ACTOR: Actor = {
  agent: "mneme",
  keyId: null,
  makers: [],
  // As from the shell. It gives no feedback on memories.
  human: true,
  grants: [{ namespace: "**", verbs: ["read", "write", "publish", "admin"] }],
};

/** The context of mneme's own acts; `requestId` shows the reason in the audit trail. */
export function systemContext(requestId: string, now: Context["now"]): Context {
  return { actor: SYSTEM_ACTOR, requestId, now, operation: undefined };
}
