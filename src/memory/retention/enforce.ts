import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { removeMemories } from "./remove-memories.js";
import { MEMORY_TYPES } from "../model/record.js";
import type { KeptFor } from "../ports/lifecycle.js";
import type { RetentionStore } from "../ports/retention.js";
import { removeSession } from "../sessions/remove.js";
import type { SessionServices } from "../sessions/services.js";
import type { SessionRef } from "../sessions/session.js";

export interface RetentionServices {
  readonly store: RetentionStore;
  readonly sessions: Pick<SessionServices, "store" | "memory">;
  /** Reports to operators what was deleted. */
  readonly retired: (kind: RetiredKind, count: number) => void;
}

export type RetiredKind = "memories" | "versions" | "sessions" | "state_changes";

/** Of each kind in one call. */
const AT_ONCE = 100;

/**
 * Deletes some of what a namespace has kept long enough, and returns how much that was. What was derived from a memory or
 * a session is kept as long as its own type says.
 */
export async function enforceRetention(
  { store, sessions, retired }: RetentionServices,
  context: Context,
  namespace: string,
  kept: KeptFor,
): Promise<number> {
  const now = context.now();
  let worked = 0;
  const note = (kind: RetiredKind, count: number): void => {
    if (count > 0) retired(kind, count);
    worked += count;
  };

  for (const type of MEMORY_TYPES) {
    const keep = kept[type];
    if (keep !== undefined)
      note("memories", await removeMemories({ store, sessions }, context, { namespace, type, keep }));
  }

  if (kept.versions !== undefined)
    note("versions", await store.purgeVersionsBefore(namespace, now - kept.versions, AT_ONCE));

  if (kept.sessions !== undefined) {
    const before = now - kept.sessions;
    let count = 0;
    for (const sessionId of await store.sessionsBefore(namespace, before, AT_ONCE)) {
      if (await endSession(sessions, context, { namespace, sessionId }, before)) count += 1;
    }
    note("sessions", count);
  }

  if (kept.stateHistory !== undefined) {
    note("state_changes", await store.trimState(namespace, now - kept.stateHistory, kept.stateHistory));
  }
  return worked;
}

async function endSession(
  sessions: RetentionServices["sessions"],
  context: Context,
  ref: SessionRef,
  before: number,
): Promise<boolean> {
  try {
    await removeSession(sessions, context, ref, "keep", before);
    return true;
  } catch (error) {
    // Deleted, expired or in use again since it was found.
    if (!(error instanceof DomainError && error.code === "not_found")) throw error;
    return false;
  }
}
