import { EmbeddingRefused, EmbeddingUnavailable } from "../embeddings/embedder.js";
import type { Context } from "./context.js";
import { DomainError } from "./errors.js";
import type { FacetQuery, MemoryFilter } from "./filter.js";
import { facetQuery, matches } from "./filter.js";
import type { Fused, FusionWeights, Lists } from "./fusion.js";
import { fuseScores, keepScores, reciprocalRankFusion } from "./fusion.js";
import type { SearchResult } from "./ports.js";
import type { Memory } from "./record.js";
import { checkOwnEmbedding } from "./remember.js";
import type { RecallStage, Services } from "./services.js";
import type { KeywordQuery } from "./terms.js";
import { parseQuery } from "./terms.js";

export type RecallMode = "hybrid" | "vector" | "keyword";
export type Retriever = "keyword" | "vector";

export type FusionMethod =
  | { readonly method: "auto" }
  | { readonly method: "rrf"; readonly k: number; readonly weights: FusionWeights };

export interface RecallInput {
  readonly query: string;
  /** The query's vector, where the caller has it already. */
  readonly embedding?: Float32Array | undefined;
  readonly embedding_model?: string | undefined;
  readonly namespaces: readonly string[];
  readonly filter: MemoryFilter;
  readonly limit: number;
  readonly mode: RecallMode;
  readonly fusion: FusionMethod;
  readonly min_score?: number | undefined;
}

export interface RecallHit {
  readonly memory: Memory;
  readonly score: number;
  readonly fused: Fused;
}

export interface RecallOutcome {
  readonly hits: readonly RecallHit[];
  /** Retrievers that should have taken part but couldn't. */
  readonly degraded: readonly Retriever[];
  readonly terms: KeywordQuery | undefined;
}

/** How deep each list goes. Deep enough for a memory that both lists know, but neither well, to come up. */
export const CANDIDATES = 100;

/**
 * Finds the memories that fit a query best, by words, by meaning, or by both.
 *
 * A filter is never relaxed; what expired or changed since it was found is left out. A query without a word to
 * look up (only stop words, only punctuation) is searched by meaning alone; where that can't be, it is refused.
 */
export async function recall(
  services: Services,
  context: Context,
  input: RecallInput,
): Promise<RecallOutcome> {
  const timed = stopwatch(services.observe);
  const filter = facetQuery(input.filter);
  const terms = input.mode === "vector" ? undefined : searchableTerms(input.query);
  const { vector, degraded, refused } = await timed.later("embed", queryVector(services, input));
  if (terms === undefined && vector === undefined) throw nothingToSearchBy(input.mode, degraded, refused);

  const found = await timed.later(
    "search",
    services.store.search({
      namespaces: input.namespaces,
      filter,
      keyword: terms,
      vector,
      depth: CANDIDATES,
    }),
  );
  const ranked = timed
    .now("fuse", () => fuse(found, input))
    .filter(({ score }) => score >= (input.min_score ?? -Infinity));
  const hits = await timed.later("load", loadHits(services, context, ranked, filter, input.limit));
  return { hits, degraded, terms };
}

/** How long a recall waits for its query's vector before it does without, in milliseconds. */
const EMBED_MS = 3000;

function searchableTerms(query: string): KeywordQuery | undefined {
  const terms = parseQuery(query);
  return terms.terms.length + terms.phrases.length === 0 ? undefined : terms;
}

interface QueryVector {
  readonly vector: Float32Array | undefined;
  readonly degraded: readonly Retriever[];
  /** The provider refuses this very query: a retry can't help. */
  readonly refused: boolean;
}

async function queryVector({ embedder }: Services, input: RecallInput): Promise<QueryVector> {
  if (input.mode === "keyword") return { vector: undefined, degraded: [], refused: false };
  if (input.embedding !== undefined) {
    const problem = checkOwnEmbedding(embedder?.model, input.embedding, input.embedding_model);
    if (problem !== undefined) throw problem;
    return { vector: input.embedding, degraded: [], refused: false };
  }
  if (embedder === undefined) return { vector: undefined, degraded: ["vector"], refused: false };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new EmbeddingUnavailable("the query took too long")), EMBED_MS);
  try {
    return { vector: await embedder.embedQuery(input.query, late.signal), degraded: [], refused: false };
  } catch (error) {
    const refused = error instanceof EmbeddingRefused;
    if (!refused && !(error instanceof EmbeddingUnavailable)) throw error;
    return { vector: undefined, degraded: ["vector"], refused };
  } finally {
    clearTimeout(timer);
  }
}

function nothingToSearchBy(mode: RecallMode, degraded: readonly Retriever[], refused: boolean): DomainError {
  if (refused) {
    const message = "The embedding provider refuses this query, and there is nothing else to search by.";
    return new DomainError("query_refused", message, { errors: [{ field: "query", message }] });
  }
  if (degraded.includes("vector") && mode === "vector") {
    return new DomainError("embedder_unavailable", "The query can't be embedded now.", {
      retryAfterSeconds: 5,
    });
  }
  const message = "The query has no word to look up: only stop words or punctuation.";
  return new DomainError("query_without_terms", message, { errors: [{ field: "query", message }] });
}

function fuse(found: SearchResult, input: RecallInput): Fused[] {
  const lists: Lists = { keyword: found.keyword, vector: found.vector };
  if (input.mode !== "hybrid") return keepScores(lists);
  if (input.fusion.method === "rrf") return reciprocalRankFusion(lists, input.fusion.k, input.fusion.weights);
  return fuseScores(lists);
}

/** Reads records, best first, until there are `limit` that still exist, are unexpired and fulfil the filter. */
async function loadHits(
  { store }: Services,
  context: Context,
  ranked: readonly Fused[],
  filter: FacetQuery,
  limit: number,
): Promise<RecallHit[]> {
  const hits: RecallHit[] = [];
  for (let from = 0; from < ranked.length && hits.length < limit;) {
    const batch = ranked.slice(from, from + limit - hits.length);
    const memories = await store.getMany(batch);
    from += batch.length;
    for (const [index, fused] of batch.entries()) {
      const memory = memories[index];
      if (memory === undefined || !matches(memory, filter)) continue;
      if (memory.expires_at !== null && memory.expires_at <= context.now()) continue;
      hits.push({ memory, score: fused.score, fused });
    }
  }
  return hits;
}

/** Reports how long each stage takes; in seconds. */
function stopwatch(observe: Services["observe"]) {
  const since = (start: number): number => (performance.now() - start) / 1000;
  return {
    async later<T>(stage: RecallStage, work: Promise<T>): Promise<T> {
      const start = performance.now();
      try {
        return await work;
      } finally {
        observe(stage, since(start));
      }
    },
    now<T>(stage: RecallStage, work: () => T): T {
      const start = performance.now();
      const result = work();
      observe(stage, since(start));
      return result;
    },
  };
}
