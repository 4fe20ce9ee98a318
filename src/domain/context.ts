import type { Grant } from "./grant.js";

/** Who asks, and when: carried through every verb, so that nothing is global. */
export interface Context {
  readonly actor: Actor;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Names this act, the same for each retry of it: a script that has done it answers as it did the first time.
   * Undefined: nobody will ask again (no `Idempotency-Key`).
   */
  readonly operation: string | undefined;
}

export interface Actor {
  /** Becomes `source_agent` of what this actor writes. */
  readonly agent: string;
  /** Of the API key that was shown; null without one. */
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

/** Everybody, as long as there is no API key. */
export const ANONYMOUS: Actor = {
  agent: "anonymous",
  keyId: null,
  makers: [],
  human: true,
  grants: [{ namespace: "**", verbs: ["read", "write", "publish", "admin"] }],
};

/** What mneme does by itself, such as carrying a revision to its published copies. */
export const SYSTEM_ACTOR: Actor = {
  agent: "mneme",
  keyId: null,
  makers: [],
  // From the shell; of itself it has nothing to say of any memory.
  human: true,
  grants: [{ namespace: "**", verbs: ["read", "write", "publish", "admin"] }],
};

/** Of what mneme does by itself; `requestId` shows in the audit trail what for. */
export function systemContext(requestId: string, now: Context["now"]): Context {
  return { actor: SYSTEM_ACTOR, requestId, now, operation: undefined };
}
