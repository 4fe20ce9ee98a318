/** Weights by term. */
export type TermVector = ReadonlyMap<string, number>;

/** Term frequencies with inverse document frequencies, ln(1 + N/df), of texts among each other. */
export function weigh(documents: readonly (readonly string[])[]): TermVector[] {
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

export function sum(vectors: readonly TermVector[]): TermVector {
  const total = new Map<string, number>();
  for (const vector of vectors) {
    for (const [term, weight] of vector) total.set(term, (total.get(term) ?? 0) + weight);
  }
  return total;
}

/** 0..1; 0 where one has no term. */
export function cosine(a: TermVector, b: TermVector): number {
  const [short, long] = a.size <= b.size ? [a, b] : [b, a];
  let dot = 0;
  for (const [term, weight] of short) dot += weight * (long.get(term) ?? 0);
  return dot === 0 ? 0 : dot / (norm(a) * norm(b));
}

export function norm(vector: TermVector): number {
  let squares = 0;
  for (const weight of vector.values()) squares += weight * weight;
  return Math.sqrt(squares);
}
