import type { RecallInput, RecallMode, Retriever } from "../ports/recall-input.js";
import type { ModelVector } from "../model/model-vector.js";
import type { Services } from "../services.js";
import type { Context } from "../../domain/context.js";
import { checkOwnEmbedding } from "../embedding/own-vector.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "../../embeddings/embedder.js";
import { embeddedPart } from "../text/asked.js";
import { askedBy } from "../embedding/embed.js";
import { DomainError } from "../../domain/errors.js";

/** How long a recall waits for its query's vector before it goes on without it, in milliseconds. */
const EMBED_MS = 3000;

interface QueryVector {
  readonly vector: ModelVector | undefined;
  readonly degraded: readonly Retriever[];
  /** The provider refuses this very query: a retry can't help. */
  readonly refused: boolean;
}

export async function queryVector(
  { embedder }: Pick<Services, "embedder">,
  context: Context,
  input: RecallInput,
  withinMs = EMBED_MS,
): Promise<QueryVector> {
  if (input.mode === "keyword") return { vector: undefined, degraded: [], refused: false };
  if (input.embedding !== undefined) {
    const problem = checkOwnEmbedding(embedder?.model, input.embedding, input.embedding_model);
    if (problem !== undefined) throw problem;
    const own = embedder && { model: embedder.model.id, values: input.embedding };
    return { vector: own, degraded: [], refused: false };
  }
  if (embedder === undefined) return { vector: undefined, degraded: ["vector"], refused: false };
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new EmbeddingUnavailable("the query took too long")),
    Math.min(withinMs, EMBED_MS),
  );
  try {
    const values = await embedder.embedQuery(embeddedPart(input.query), late.signal, askedBy(context));
    return {
      vector: { model: embedder.model.id, values },
      degraded: [],
      refused: false,
    };
  } catch (error) {
    const refused = error instanceof EmbeddingRefused;
    if (!refused && !(error instanceof EmbeddingUnavailable)) throw error;
    return { vector: undefined, degraded: ["vector"], refused };
  } finally {
    clearTimeout(timer);
  }
}

export function nothingToSearchBy(
  mode: RecallMode,
  degraded: readonly Retriever[],
  refused: boolean,
): DomainError {
  if (refused) {
    const message = "The embedding provider refused this query, and no other search is possible.";
    return new DomainError("query_refused", message, { errors: [{ field: "query", message }] });
  }
  if (degraded.includes("vector") && mode === "vector") {
    return new DomainError("embedder_unavailable", "The query can't be embedded at present.", {
      retryAfterSeconds: 5,
    });
  }
  const message = "The query has no searchable word: only stop words or punctuation.";
  return new DomainError("query_without_terms", message, { errors: [{ field: "query", message }] });
}
