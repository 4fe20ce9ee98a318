import { retention, useFactor } from "../lifecycle/decay.js";
import type { MemoryFilter } from "../conditions/filter.js";
import type { Ranked, Vitals } from "../ports/lifecycle.js";
import type { MemoryType } from "../model/record.js";

/** Memories to forget: those that fulfil every given condition, and aren't pinned. */
export interface ForgetPolicy {
  /** The least age since recording, in seconds. */
  readonly max_age?: number | undefined;
  /** The least time since recording and the last use, in seconds. */
  readonly inactive_for?: number | undefined;
  /** Less important than this. */
  readonly min_importance?: number | undefined;
  /** Keeps this many of the best, by {@link worthOf}. */
  readonly keep_top?: number | undefined;
  /** Forgets only memories that fulfil this. */
  readonly filter?: MemoryFilter | undefined;
  /** Forgets only these types; undefined: any. */
  readonly memory_types?: readonly MemoryType[] | undefined;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * How much a memory is worth keeping, 0..1: four tenths its importance, three tenths its number of uses (`log2(1 +
 * uses) / 4`, at most 1), three tenths its recency (halved with every 30 days since it was recorded or used).
 */
export function worthOf(vitals: Vitals, now: number): number {
  const use = (useFactor(vitals.uses.count) - 1) / 4;
  return 0.4 * vitals.importance + 0.3 * use + 0.3 * retention(now - lastActive(vitals), 30 * DAY_MS);
}

export function lastActive({ recordedAt, uses }: Vitals): number {
  return Math.max(recordedAt, uses.lastAt ?? 0);
}

/** The worst of those that `keep_top` keeps: a worth, and the id that decides among equals. */
export type Bar = Ranked;

/** Whether a memory ranks above another; of equals, the one recorded later does. */
export function isAbove(one: Bar, other: Bar): boolean {
  return one.worth > other.worth || (one.worth === other.worth && one.id > other.id);
}

/** `bar` undefined: all memories belong to the best. `now`: when the walk began. */
export function isForgotten(
  vitals: Vitals,
  policy: ForgetPolicy,
  bar: Bar | "all" | undefined,
  now: number,
): boolean {
  const { max_age, inactive_for, min_importance, keep_top, memory_types } = policy;
  if (vitals.pinned) return false;
  if (memory_types !== undefined && !memory_types.includes(vitals.memoryType)) return false;
  if (max_age !== undefined && now - vitals.recordedAt < max_age * 1000) return false;
  if (inactive_for !== undefined && now - lastActive(vitals) < inactive_for * 1000) return false;
  if (min_importance !== undefined && vitals.importance >= min_importance) return false;
  if (keep_top === undefined || bar === "all") return true;
  return bar !== undefined && isAbove(bar, { worth: worthOf(vitals, now), id: vitals.id });
}
