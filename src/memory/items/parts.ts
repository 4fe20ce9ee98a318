import type { Memory } from "../model/record.js";

/**
 * The stores for LangGraph, of `@mneme/checkpointer` and `mneme-client`, put a large value into parts: items of the same
 * namespace, under the keys `~part.SET.0`, `~part.SET.1`, …. The metadata of the item names the set and the number of its
 * parts, that of each part the set.
 */
const MARK = "mneme:value";
const PART = "mneme:part";
const MAX_PARTS = 512;

type Marked = Pick<Memory, "key" | "metadata">;

/** The set that a memory is a part of; undefined: it is none. */
export function setOfPart({ key, metadata }: Marked): string | undefined {
  const set = Object.hasOwn(metadata, PART) ? metadata[PART] : undefined;
  return typeof set === "string" && key !== null && key.startsWith(`~part.${set}.`) ? set : undefined;
}

/** The set that an item has its value in; undefined: it has no parts. */
export function setOfItem({ metadata }: Marked): string | undefined {
  const set = Object.hasOwn(metadata, MARK) ? metadata["set"] : undefined;
  return typeof set === "string" ? set : undefined;
}

/** The keys of an item's parts. */
export function partKeysOf(memory: Marked): readonly string[] {
  const set = setOfItem(memory);
  const count = memory.metadata["parts"];
  if (set === undefined || typeof count !== "number" || !Number.isInteger(count)) return [];
  return Array.from({ length: Math.max(0, Math.min(count, MAX_PARTS)) }, (_, n) => `~part.${set}.${n}`);
}
