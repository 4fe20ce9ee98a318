import { decimal, signed } from "../base/format.js";
import { scoreParts } from "./score-parts.js";
import type { Hit } from "./score-parts.js";

/** Smaller differences are shown as none. */
const LEAST = 0.0005;

/**
 * By how much a hit leads the next one, and by which parts, the largest first. Undefined where the order isn't that of
 * the scores, as after a reranker.
 */
export function leadOf(hit: Hit, next: Hit): string | undefined {
  const lead = hit.score - next.score;
  if (lead < 0) return undefined;
  const differences = new Map<string, number>();
  for (const { title, adds } of scoreParts(hit)) differences.set(title, (differences.get(title) ?? 0) + adds);
  for (const { title, adds } of scoreParts(next))
    differences.set(title, (differences.get(title) ?? 0) - adds);
  const told = [...differences]
    .filter(([, difference]) => Math.abs(difference) >= LEAST)
    .toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([title, difference]) => `${title} ${signed(difference)}`);
  if (told.length === 0) return "level with the next one";
  return `${lead < LEAST ? "hardly" : decimal(lead)} ahead of the next one: ${told.join(", ")}`;
}
