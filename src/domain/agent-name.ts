import { DOT_PART, isDotPart } from "./dot-part.js";
import { normaliseName } from "./normalise-name.js";
import { hasInvisible } from "./visible.js";

/** Why a key may not have this name, as a sentence; undefined if it may. */
export function agentProblem(name: string): string | undefined {
  if (hasInvisible(name)) return "Must not hold invisible characters.";
  if (isDotPart(name)) return DOT_PART;
  return name !== "" && normaliseName(name) === "" ? "Must not be blank." : undefined;
}
