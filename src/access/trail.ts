import type { Context } from "../domain/context.js";

/** What an entry of the audit trail can be about. Stable: callers filter by it. */
export const AUDIT_VERBS = [
  "remember",
  "capture",
  "read",
  "list",
  "recall",
  "revise",
  "delete",
  "versions",
  "restore",
  "publish",
  "unpublish",
  "state.get",
  "state.put",
  "state.patch",
  "state.delete",
  "state.transact",
  "state.history",
  "state.watch",
  "session.append",
  "session.read",
  "session.list",
  "session.delete",
  "session.context",
  "session.promote",
  "settings.get",
  "settings.put",
  "usage.get",
  "key.create",
  "key.list",
  "key.revoke",
  "audit.read",
  "access",
  "replay",
] as const;
export type AuditVerb = (typeof AUDIT_VERBS)[number];

/**
 * What the audit trail says of an act: who, what, on what, for which request; never content. The store adds when,
 * and how it came out, and writes it in the same step as the act.
 */
export interface Trail {
  readonly agent: string;
  readonly keyId: string | null;
  readonly requestId: string;
  readonly verb: AuditVerb;
  /** Memory ids or state keys, where they are known before the act. */
  readonly ids?: readonly string[];
  /** The other namespace of an act on two, or the one that was refused. */
  readonly other?: string;
}

export function trailOf(
  { actor, requestId }: Context,
  verb: AuditVerb,
  details: Pick<Trail, "ids" | "other"> = {},
): Trail {
  return { agent: actor.agent, keyId: actor.keyId, requestId, verb, ...details };
}
