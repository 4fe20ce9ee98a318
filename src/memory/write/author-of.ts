import { isDeepStrictEqual } from "node:util";
import type { Memory } from "../model/record.js";

type Said = Pick<Memory, "content" | "metadata" | "key">;

/** Whether a next version says something else: another content or, of an item, other metadata, which hold its value. */
export function restates(current: Said, next: Said): boolean {
  if (next.content !== current.content) return true;
  return (next.content === "" || next.key !== null) && !isDeepStrictEqual(next.metadata, current.metadata);
}

/** The author of a next version: the agent that says something else, or still the one before. */
export function authorOf(current: Said & Pick<Memory, "source_agent">, next: Said, agent: string): string {
  return restates(current, next) ? agent : current.source_agent;
}
