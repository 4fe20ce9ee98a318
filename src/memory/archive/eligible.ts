import type { ArchiveSettings } from "../../access/namespaces/settings.js";
import type { Archivable } from "../ports/archive.js";
import type { Uses } from "../model/record.js";

/** Milliseconds; undefined: the namespace archives nothing. */
export interface Terms {
  readonly afterMs: number;
  readonly unreadMs: number;
  readonly maxImportance: number;
  readonly consolidatedOnly: boolean;
}

export function termsOf(settings: ArchiveSettings): Terms | undefined {
  const { after_seconds, unread_seconds, max_importance, consolidated_only } = settings;
  if (after_seconds === null) return undefined;
  return {
    afterMs: after_seconds * 1000,
    unreadMs: (unread_seconds ?? after_seconds) * 1000,
    maxImportance: max_importance ?? 1,
    consolidatedOnly: consolidated_only ?? false,
  };
}

/**
 * Whether an episode is old, unread and no one else's. What others rely on stays hot: facts, published memories and their
 * copies, pinned memories, and those in quarantine.
 */
export function isArchivable(
  { memory, busy, restoredAt, vectors }: Archivable,
  uses: Uses,
  { afterMs, unreadMs, maxImportance, consolidatedOnly }: Terms,
  now: number,
): boolean {
  const { embedding } = memory;
  const embedded = embedding.status === "complete" ? embedding.model === null || vectors.length > 0 : true;
  const active = Math.max(memory.last_seen_at, uses.lastAt ?? 0, restoredAt ?? 0);
  return (
    memory.memory_type === "episodic" &&
    memory.archived === null &&
    !busy &&
    embedded &&
    embedding.status !== "partial" &&
    memory.key === null &&
    memory.fact === null &&
    memory.origin === null &&
    memory.publications.length === 0 &&
    !memory.pinned &&
    !memory.quarantined &&
    memory.importance <= maxImportance &&
    (!consolidatedOnly || memory.superseded_by !== null) &&
    now - memory.updated_at >= afterMs &&
    now - active >= unreadMs
  );
}
