/**
 * The scores in a reply, one per text in the order of the texts: `results[{index, relevance_score}]` of Cohere, Jina and
 * their like, `data[…]` of Voyage, or `[{index, score}]` of text-embeddings-inference, in any order. Undefined: it isn't
 * such a reply, an index is missing, unknown or given twice, or a score isn't a finite number.
 */
export function readScores(body: string, count: number): number[] | undefined {
  const entries = entriesOf(parsed(body));
  if (entries?.length !== count) return undefined;
  const scores = new Map<number, number>();
  for (const entry of entries) {
    const { index, score } = read(entry);
    if (!Number.isInteger(index) || !Number.isFinite(score)) return undefined;
    if (Number(index) < 0 || Number(index) >= count) return undefined;
    scores.set(Number(index), Number(score));
  }
  if (scores.size !== count) return undefined;
  return Array.from({ length: count }, (_, index) => scores.get(index) ?? 0);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function entriesOf(reply: unknown): readonly unknown[] | undefined {
  if (Array.isArray(reply)) return reply;
  const { results, data } = fieldsOf(reply);
  const entries = results ?? data;
  return Array.isArray(entries) ? entries : undefined;
}

function read(entry: unknown): { readonly index: unknown; readonly score: unknown } {
  const { index, relevance_score, score } = fieldsOf(entry);
  return { index, score: relevance_score ?? score };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
