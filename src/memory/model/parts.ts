import type { Memory } from "./record.js";

/**
 * The stores for LangGraph, of `@mneme/checkpointer` and `mneme-client`, put a large value into parts: items of the same
 * namespace, under the keys `~part.SET.0`, `~part.SET.1`, …. The metadata of the item names the set and the number of its
 * parts, that of each part the set.
 */
export const VALUE_MARK = "mneme:value";
/** What {@link VALUE_MARK} says: how the value is written. */
export const VALUE_FORMS = ["json", "langgraph"] as const;
const PART = "mneme:part";
const MAX_PARTS = 512;
const PART_KEY = /^~part\.(.+)\.\d{1,3}$/s;

type Marked = Pick<Memory, "key" | "metadata">;

/** The set that the key of a part names; undefined: it isn't such a key. */
export function setOfKey(key: string): string | undefined {
  return PART_KEY.exec(key)?.[1];
}

/** The set that a memory is a part of; undefined: it isn't a part. */
export function setOfPart({ key, metadata }: Marked): string | undefined {
  if (key === null || !Object.hasOwn(metadata, PART)) return undefined;
  const set = setOfKey(key);
  return set !== undefined && metadata[PART] === set ? set : undefined;
}

/** The set that an item has its value in; undefined: it has no parts. */
export function setOfItem({ metadata }: Marked): string | undefined {
  const set = Object.hasOwn(metadata, VALUE_MARK) ? metadata["set"] : undefined;
  return typeof set === "string" ? set : undefined;
}

/** The keys of an item's parts. */
export function partKeysOf(memory: Marked): readonly string[] {
  const set = setOfItem(memory);
  const count = memory.metadata["parts"];
  if (set === undefined || typeof count !== "number" || !Number.isInteger(count)) return [];
  return Array.from({ length: Math.max(0, Math.min(count, MAX_PARTS)) }, (_, n) => `~part.${set}.${n}`);
}
