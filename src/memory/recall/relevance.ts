import { heldTerms } from "../text/held-terms.js";
import type { Language } from "../text/language/function-words.js";
import { piecesOf } from "../text/looked-at.js";
import type { Scale } from "./similarity-scale.js";
import { onScale } from "./similarity-scale.js";

/** The parts of an absolute relevance; undefined: not available. */
export interface RelevanceParts {
  /** Share of the query's rarity that the text holds, 0..1. */
  readonly coverage: number | undefined;
  /**
   * Similarity of meaning, 0..1: 0 if a text is no nearer than one on something else, 1 if it is as near as an answer.
   */
  readonly similarity: number | undefined;
  readonly relevance: number;
}

/** The weight of a query's words, by how few memories hold them. */
export interface Rarity {
  /** Of the terms' stems; undefined: English, or not known. */
  readonly language: Language | undefined;
  /** Each term of the query once, with its inverse document frequency. */
  readonly terms: ReadonlyMap<string, number>;
  readonly total: number;
}

export function rarityOf(
  terms: readonly string[],
  idf: (term: string) => number,
  language?: Language,
): Rarity {
  const weights = new Map(terms.map((term) => [term, idf(term)]));
  return { language, terms: weights, total: [...weights.values()].reduce((sum, weight) => sum + weight, 0) };
}

/** Between pieces of the texts, `turn` lets others work. */
export async function coverageOf(
  { language, terms, total }: Rarity,
  texts: readonly string[],
  turn: () => Promise<void>,
): Promise<number | undefined> {
  if (total === 0) return undefined;
  const open = new Map(terms);
  for (const text of texts) {
    for (const piece of piecesOf(text)) {
      if (open.size === 0) break;
      for (const term of heldTerms(piece, open.keys(), language)) open.delete(term);
      await turn();
    }
  }
  const missing = [...open.values()].reduce((sum, weight) => sum + weight, 0);
  return 1 - missing / total;
}

/** Both count the same; anything from a third to two thirds measures about the same. */
const SIMILARITY_SHARE = 0.5;
const DIGITS = 3;

/**
 * How well a memory fits a query, 0..1, independent of other hits: half by its words and half by its meaning, or all by
 * the only one available. docs/recall.md describes the formula and its measurements.
 */
export function relevanceOf(
  coverage: number | undefined,
  cosine: number | undefined,
  scale: Scale | undefined,
): RelevanceParts {
  const similarity = cosine === undefined || scale === undefined ? undefined : onScale(cosine, scale);
  const relevance =
    coverage === undefined
      ? (similarity ?? 0)
      : similarity === undefined
        ? coverage
        : (1 - SIMILARITY_SHARE) * coverage + SIMILARITY_SHARE * similarity;
  return { coverage, similarity, relevance: Number(relevance.toFixed(DIGITS)) };
}

/**
 * From this relevance on, the best hit is taken to hold an answer: nine of ten questions on something else stay below.
 */
export const ANSWERABLE = 0.35;
