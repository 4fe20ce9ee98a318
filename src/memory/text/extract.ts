import type { CountTokens } from "../../domain/tokens.js";
import type { TermVector } from "./term-weights.js";
import { cosine, sum, weigh } from "./term-weights.js";
import { distinctTerms } from "./terms.js";
import { truncateUtf8 } from "./truncate.js";

/** A sentence with its speaker. */
export const LINE_BYTES = 600;
/** If there are more, the first and the last lines count; comparing each with each takes the square of it. */
const MOST_LINES = 300;
/** Relevance against novelty. */
const LAMBDA = 0.7;
const NO_TERMS: TermVector = new Map();

/**
 * Chooses representative lines, in their order, within a number of tokens: maximal marginal relevance (Carbonell,
 * Goldstein, SIGIR 1998) over cosines of term frequencies with inverse document frequencies, λ = 0.7. A line's
 * relevance is its similarity to all lines together. Deterministic.
 */
export function extract(lines: readonly string[], budget: number, count: CountTokens): string[] {
  return extractLines(
    lines.map((text) => ({ text, weight: 1 })),
    budget,
    count,
  ).map(({ text }) => text);
}

/** As {@link extract}, with lines whose relevance is multiplied by a weight; of equal lines the first is kept. */
export function extractLines<Line extends { readonly text: string; readonly weight: number }>(
  lines: readonly Line[],
  budget: number,
  count: CountTokens,
): Line[] {
  const all = sample(distinct(lines));
  const vectors = weigh(all.map(({ text }) => distinctTerms(text)));
  const centroid = sum(vectors);
  const relevance = vectors.map((vector, index) => cosine(vector, centroid) * (all[index]?.weight ?? 1));
  const nearest = all.map(() => 0);
  const open = new Set(all.keys());
  const chosen: number[] = [];
  let left = budget;
  while (open.size > 0) {
    let best: number | undefined;
    let bestScore = -Infinity;
    for (const index of open) {
      const score = LAMBDA * (relevance[index] ?? 0) - (1 - LAMBDA) * (nearest[index] ?? 0);
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    if (best === undefined) break;
    open.delete(best);
    const cost = count(`${all[best]?.text ?? ""}\n`);
    if (cost > left) continue;
    left -= cost;
    chosen.push(best);
    for (const index of open) {
      const similarity = cosine(vectors[index] ?? NO_TERMS, vectors[best] ?? NO_TERMS);
      nearest[index] = Math.max(nearest[index] ?? 0, similarity);
    }
  }
  return chosen.toSorted((a, b) => a - b).flatMap((index) => all[index] ?? []);
}

function distinct<Line extends { readonly text: string }>(lines: readonly Line[]): Line[] {
  const first = new Map<string, Line>();
  for (const line of lines) {
    const text = truncateUtf8(line.text, LINE_BYTES);
    if (!first.has(text)) first.set(text, { ...line, text });
  }
  return [...first.values()];
}

function sample<Line>(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES / 2), ...lines.slice(-MOST_LINES / 2)];
}
