import type { Context } from "../domain/context.js";

/** What an entry of the audit trail can be about. Stable: callers filter by it. */
export const AUDIT_VERBS = [
  "remember",
  "capture",
  "read",
  "list",
  "recall",
  "receipt.read",
  "receipt.list",
  "receipt.replay",
  "revise",
  "delete",
  "versions",
  "restore",
  // Ids of the memories that were moved to the archive, and of those that were brought back.
  "archive",
  "archive.restore",
  // What was superseded comes back, because what superseded it has ended.
  "reinstate",
  "feedback",
  "release",
  "forget",
  "stats",
  "entity.get",
  "entity.list",
  "entity.put",
  "entity.merge",
  "neighbors",
  "profile",
  // Ids of acts on items: the memory's id where there is one, and the key.
  "item.put",
  "item.get",
  "item.delete",
  "publish",
  "unpublish",
  "state.get",
  "state.put",
  "state.patch",
  "state.delete",
  "state.transact",
  "state.list",
  "state.history",
  "state.watch",
  "session.append",
  "session.read",
  "session.list",
  "session.delete",
  "session.context",
  "session.promote",
  "consolidate",
  "consolidation.read",
  "consolidation.list",
  "consolidation.undo",
  "settings.get",
  "settings.put",
  "settings.patch",
  "usage.get",
  "namespace.list",
  "namespace.delete",
  // Ids of exports and imports: their own in the system's trail, what was written in a namespace's.
  "export",
  "import",
  "import.memory",
  "import.session",
  "import.state",
  // Ids of acts on erasures: their own in the system's trail, what was deleted in a namespace's.
  "erasure",
  "erasure.audit",
  "erasure.read",
  "erasure.list",
  "embedding.read",
  "embedding.migrate",
  "thread.list",
  "thread.read",
  "thread.delete",
  "key.create",
  "key.list",
  "key.revoke",
  "key.open",
  "agent.read",
  "agent.list",
  // Ids of revealed originals: their tokens.
  "pii.reveal",
  "pii.scan",
  "pii.apply",
  "audit.read",
  "access",
  "replay",
] as const;
export type AuditVerb = (typeof AUDIT_VERBS)[number];

/** Acts that change nothing: a namespace that is only ever read isn't one. */
export const READING_VERBS: ReadonlySet<AuditVerb> = new Set([
  "read",
  "list",
  "recall",
  "receipt.read",
  "receipt.list",
  "receipt.replay",
  "versions",
  "stats",
  "entity.get",
  "entity.list",
  "neighbors",
  "profile",
  "item.get",
  "state.get",
  "state.list",
  "state.history",
  "state.watch",
  "session.read",
  "session.list",
  "session.context",
  "consolidation.read",
  "consolidation.list",
  "settings.get",
  "usage.get",
  "namespace.list",
  "export",
  "erasure.read",
  "erasure.list",
  "embedding.read",
  "thread.list",
  "thread.read",
  "pii.reveal",
  "pii.scan",
  "audit.read",
] as const);

/** Acts that only delete: they work in a full store too, and so does their record. */
export const DELETING_VERBS: ReadonlySet<AuditVerb> = new Set([
  "delete",
  "forget",
  "item.delete",
  "unpublish",
  "state.delete",
  "session.delete",
  "namespace.delete",
  "thread.delete",
  "erasure",
  "erasure.audit",
  "key.revoke",
] as const);

/**
 * An act as the audit trail records it: who, what, on what, for which request; never content. The store adds the time
 * and the outcome, and writes the entry in the same step as the act.
 */
export interface Trail {
  readonly agent: string;
  readonly keyId: string | null;
  readonly requestId: string;
  readonly verb: AuditVerb;
  /** Memory ids, keys of items or of state, or thread ids, where they are known before the act. */
  readonly ids?: readonly string[];
  /** The other namespace of an act on two, or the one that was refused. */
  readonly other?: string;
  /**
   * Version of the namespace's settings by which the act's texts were treated; empty: it has none. Not recorded: the
   * store refuses the act if the settings have another version by now.
   */
  readonly settings?: string | undefined;
  /** See {@link Context.operation}. Not recorded: under it, a script notes what it has done. */
  readonly operation?: string | undefined;
}

export function trailOf(
  { actor, requestId, operation }: Pick<Context, "actor" | "requestId"> & Partial<Pick<Context, "operation">>,
  verb: AuditVerb,
  details: Pick<Trail, "ids" | "other" | "settings"> = {},
): Trail {
  return { agent: actor.agent, keyId: actor.keyId, requestId, verb, operation, ...details };
}
