import type { Candidate } from "../ports/search.js";
import type { Fused } from "./fusion.js";

/** What the nearest standing rule gets: about what the tenth best hit has. Measured in docs/recall.md. */
export const RULE_WEIGHT = 0.6;

/** Adds the weight to the score of the nearest standing rule, which may not be among the others yet, best first. */
export function liftRule(ranked: readonly Fused[], rules: readonly Candidate[] = []): readonly Fused[] {
  const [nearest] = rules;
  if (nearest === undefined) return ranked;
  const { namespace, id, version, score } = nearest;
  const isNearest = (one: Fused): boolean =>
    one.namespace === namespace && one.id === id && one.version === version;
  const rule = { rank: 1, score, adds: RULE_WEIGHT };
  const found = ranked.find(isNearest) ?? {
    namespace,
    id,
    ...(version === undefined ? {} : { version }),
    score: 0,
    keyword: undefined,
    vector: undefined,
    entities: undefined,
  };
  const lifted: Fused = { ...found, score: found.score + RULE_WEIGHT, rule };
  return [lifted, ...ranked.filter((one) => !isNearest(one))].toSorted(
    (one, other) => other.score - one.score,
  );
}
