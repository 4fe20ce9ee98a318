import { createTurns } from "../../domain/turns.js";
import type { Calibration } from "../../embeddings/calibration.js";
import type { SearchResult } from "../ports/search.js";
import type { Language } from "../text/language/function-words.js";
import type { JudgeRelevance } from "./outcome.js";
import { coverageOf, rarityOf, relevanceOf } from "./relevance.js";
import { scaleOf } from "./similarity-scale.js";

/** Judges the hits of one recall. `terms`: what the query asks, in stems of `language`; `results`: of each list that is ranked apart. */
export function relevanceBy(
  terms: readonly string[],
  results: readonly SearchResult[],
  calibration: Calibration | undefined,
  query: Float32Array | undefined,
  language?: Language,
): JudgeRelevance {
  const rarity = rarityOf(terms, results[0]?.idf ?? (() => 0), language);
  const lists = results
    .map(({ vector = [], exhausted, searched }) => ({
      cosines: vector.map(({ score }) => score),
      exhausted,
      searched,
    }))
    .filter(({ cosines }) => cosines.length > 0);
  const scales = calibration && query ? lists.map((list) => scaleOf(calibration, query, list)) : [];
  // For lists ranked apart, the strictest scale: most hits of the other lists are unrelated too.
  const scale = scales.toSorted((one, other) => other.unrelated - one.unrelated)[0];
  // A memory outside a list of the nearest is no nearer than the list's last one.
  const ends = lists.flatMap(({ cosines, exhausted }) => (exhausted ? [] : (cosines.at(-1) ?? [])));
  const farthest = ends.length === 0 ? undefined : Math.max(...ends);
  const turn = createTurns();
  return async ({ fused }, texts) =>
    relevanceOf(
      await coverageOf(rarity, texts, turn),
      fused.vector?.score ?? fused.rule?.score ?? farthest,
      scale,
    );
}
