import type { Vitals } from "../../ports/lifecycle.js";
import type { Memory, MemoryDetail } from "../../model/record.js";
import { lastActive } from "../../forget/forget-policy.js";

/** What belongs to somebody else is left as it is: items, copies, and what is in quarantine. */
function isOwn(memory: Memory): boolean {
  return isNobodyElses(memory) && memory.superseded_at === null;
}

function isNobodyElses({ key, origin, quarantined }: Memory): boolean {
  return key === null && origin === null && !quarantined;
}

/** Not so of what ended because nobody read it. */
export function isKnown({ superseded_at, superseded_by }: Memory): boolean {
  return superseded_at === null || superseded_by !== null;
}

/** What others may hold a copy of stays what it is. */
const isShared = ({ publications }: MemoryDetail): boolean => publications.length > 0;

/** Semantic and procedural memories but facts: those have their timelines. */
export function isMergeable(memory: MemoryDetail): boolean {
  return isOwn(memory) && !isShared(memory) && memory.fact === null && memory.memory_type !== "episodic";
}

/** What was observed: what a summary of a session says, its sources say too. */
export function isEpisode(memory: MemoryDetail): boolean {
  return isOwn(memory) && isObserved(memory);
}

/** Also where a summary has come to stand for it: facts and procedures are learned from what was said, whenever. */
export function isObserved(memory: MemoryDetail): boolean {
  return (
    isNobodyElses(memory) &&
    isKnown(memory) &&
    memory.memory_type === "episodic" &&
    memory.derived_from.length === 0
  );
}

export function isOld({ timestamp }: Memory, before: number): boolean {
  return timestamp <= before;
}

/** As important as most is, at most; what is more important stays until somebody says otherwise. */
const ORDINARY = 0.5;

/** What nobody used, said again, judged, pinned or shared for so long. */
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
