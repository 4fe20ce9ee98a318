import type { Vote } from "../../memory/ports/agents.js";
import { parseStored } from "./document.js";

/** Reads what `JSON.GET key $.unsent` returns: an array of one, or empty. */
export function decodeVotes(json: string | undefined): Vote[] {
  const [unsent = {}] = parseStored<[Record<string, Omit<Vote, "id">>?]>(json ?? "[]");
  return Object.entries(unsent).map(([id, { at, verdict }]) => ({ id, at, verdict }));
}
