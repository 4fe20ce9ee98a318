import type { CountTokens } from "../../domain/tokens.js";
import { parseQuery } from "../terms.js";
import { truncateUtf8 } from "../text.js";

/** A sentence with its speaker. */
const LINE_BYTES = 600;
/** Of very many, the first and the last ones; comparing each with each takes the square of it. */
const MOST_LINES = 300;
/** Relevance against novelty. */
const LAMBDA = 0.7;

/**
 * Chooses lines that stand for all of them, in their order, within a number of tokens: maximal marginal relevance
 * (Carbonell, Goldstein, SIGIR 1998) over cosines of term frequencies with inverse document frequencies, λ = 0.7.
 * A line's relevance is its similarity to all lines together. The same lines always give the same choice.
 */
export function extract(lines: readonly string[], budget: number, count: CountTokens): string[] {
  const all = sample([...new Set(lines.map((line) => truncateUtf8(line, LINE_BYTES)))]);
  const vectors = weigh(all.map((line) => parseQuery(line).terms));
  const centroid = sum(vectors);
  const relevance = vectors.map((vector) => cosine(vector, centroid));
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
    const cost = count(`${all[best] ?? ""}\n`);
    if (cost > left) continue;
    left -= cost;
    chosen.push(best);
    for (const index of open) {
      const similarity = cosine(vectors[index] ?? new Map(), vectors[best] ?? new Map());
      nearest[index] = Math.max(nearest[index] ?? 0, similarity);
    }
  }
  return chosen.toSorted((a, b) => a - b).map((index) => all[index] ?? "");
}

function sample(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES / 2), ...lines.slice(-MOST_LINES / 2)];
}

type Vector = ReadonlyMap<string, number>;

function weigh(documents: readonly (readonly string[])[]): Vector[] {
  const frequency = new Map<string, number>();
  for (const terms of documents) {
    for (const term of new Set(terms)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  }
  return documents.map((terms) => {
    const vector = new Map<string, number>();
    for (const term of terms) {
      const idf = Math.log(1 + documents.length / (frequency.get(term) ?? 1));
      vector.set(term, (vector.get(term) ?? 0) + idf);
    }
    return vector;
  });
}

function sum(vectors: readonly Vector[]): Vector {
  const total = new Map<string, number>();
  for (const vector of vectors) {
    for (const [term, weight] of vector) total.set(term, (total.get(term) ?? 0) + weight);
  }
  return total;
}

function cosine(a: Vector, b: Vector): number {
  let dot = 0;
  for (const [term, weight] of a) dot += weight * (b.get(term) ?? 0);
  return dot === 0 ? 0 : dot / (norm(a) * norm(b));
}

function norm(vector: Vector): number {
  let squares = 0;
  for (const weight of vector.values()) squares += weight * weight;
  return Math.sqrt(squares);
}
