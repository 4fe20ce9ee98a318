import type { Vitals } from "../../ports/lifecycle.js";
import type { Memory, MemoryDetail } from "../../model/record.js";
import { lastActive } from "../../forget/forget-policy.js";

/** Items, copies and memories in quarantine belong to others and are left as they are. */
function isOwn(memory: Memory): boolean {
  return isNobodyElses(memory) && memory.superseded_at === null;
}

function isNobodyElses({ key, origin, quarantined }: Memory): boolean {
  return key === null && origin === null && !quarantined;
}

/** False for a memory that was ended because it was unread. */
export function isKnown({ superseded_at, superseded_by }: Memory): boolean {
  return superseded_at === null || superseded_by !== null;
}

/** A memory with published copies stays as it is. */
const isShared = ({ publications }: MemoryDetail): boolean => publications.length > 0;

/** Semantic and procedural memories but facts: those have their timelines. */
export function isMergeable(memory: MemoryDetail): boolean {
  return isOwn(memory) && !isShared(memory) && memory.fact === null && memory.memory_type !== "episodic";
}

/** An observation. A session's summary isn't one: its sources say the same. */
export function isEpisode(memory: MemoryDetail): boolean {
  return isOwn(memory) && isObserved(memory);
}

/** Also if a summary has superseded it: facts and procedures are learned from all observations. */
export function isObserved(memory: MemoryDetail): boolean {
  return (
    isNobodyElses(memory) &&
    isKnown(memory) &&
    // Of an archived one there is only an excerpt here.
    memory.archived === null &&
    memory.memory_type === "episodic" &&
    memory.derived_from.length === 0
  );
}

export function isOld({ timestamp }: Memory, before: number): boolean {
  return timestamp <= before;
}

/**
 * The default importance, and the most that can expire unread. More important memories stay until a caller ends them.
 */
const ORDINARY = 0.5;

/** A memory that wasn't used, seen again, judged, pinned or shared for this long. */
export function isUnread(memory: MemoryDetail, vitals: Vitals, unreadMs: number, now: number): boolean {
  const { counts } = memory.evidence;
  return (
    isOwn(memory) &&
    !isShared(memory) &&
    memory.fact === null &&
    !memory.pinned &&
    memory.importance <= ORDINARY &&
    memory.evidence.corroborated_by.length === 0 &&
    counts.confirmed + counts.used === 0 &&
    vitals.uses.count === 0 &&
    now - Math.max(lastActive(vitals), memory.last_seen_at, memory.updated_at) >= unreadMs
  );
}
