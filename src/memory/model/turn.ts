import type { Memory } from "./record.js";

/**
 * A turn of a session: what was observed in it. Facts and procedures learned there don't follow each other, and a
 * published copy follows nothing in the namespace that it comes to.
 */
export function isTurn<Candidate extends Pick<Memory, "memory_type" | "session_id" | "origin">>(
  memory: Candidate,
): memory is Candidate & { readonly session_id: string } {
  return memory.memory_type === "episodic" && memory.session_id !== null && memory.origin === null;
}
