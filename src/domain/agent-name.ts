import { hasInvisible } from "./visible.js";

/** What makes two agents' names look the same: Unicode NFKC, case, and white space at the ends and in runs. */
export function foldAgent(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFKC").trim().replaceAll(/\s+/g, " ");
}

/** Why a key may not have this name, as a sentence; undefined if it may. */
export function agentProblem(name: string): string | undefined {
  if (hasInvisible(name)) return "Must not hold invisible characters.";
  return name !== "" && foldAgent(name) === "" ? "Must not be blank." : undefined;
}
