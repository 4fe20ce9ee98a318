import type { FirstEmbedding } from "../model/embedding.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { Embedder } from "../../embeddings/embedder.js";
import type { Context } from "../../domain/context.js";
import { allowsIn } from "../../access/grants.js";
import { withContext } from "./preceding.js";

export interface EmbeddableText {
  readonly content: string;
  /** The end of what was said before it; empty if there is nothing. */
  readonly context: string;
}

const PENDING: FirstEmbedding = { vectors: [], status: "pending", model: null };
/** For an item without a text: it is never searched by meaning. */
const NOTHING: FirstEmbedding = { vectors: [], status: "complete", model: null };
const REFUSED: FirstEmbedding = { vectors: [], status: "refused", model: null };

/**
 * Embeds the first passage of each content, all in one call. A provider that is away leaves them pending:
 * a memory is never lost because it couldn't be embedded.
 */
export async function embedFirstPassages(
  embedder: Embedder | undefined,
  scope: string,
  texts: readonly EmbeddableText[],
): Promise<FirstEmbedding[]> {
  if (texts.some(({ content }) => content === "")) {
    const embedded = await embedFirstPassages(
      embedder,
      scope,
      texts.filter(({ content }) => content !== ""),
    );
    let next = 0;
    return texts.map(({ content }) => (content === "" ? NOTHING : (embedded[next++] ?? PENDING)));
  }
  if (embedder === undefined) return texts.map(() => PENDING);
  try {
    const passages = await Promise.all(texts.map((text) => passagesOf(embedder, text)));
    const vectors = await embedEach(
      embedder,
      scope,
      passages.map(([first = ""]) => first),
    );
    // A provider that takes none of several texts is configured wrongly; each is tried again by itself.
    if (texts.length > 1 && vectors.every((vector) => vector === undefined)) return texts.map(() => PENDING);
    return passages.map(({ length }, index) => {
      const vector = vectors[index];
      if (vector === undefined) return REFUSED;
      const status = length > 1 ? "partial" : "complete";
      return { vectors: [vector], status, model: embedder.model.id, also: embedder.also !== undefined };
    });
  } catch (error) {
    if (error instanceof EmbeddingUnavailable) return texts.map(() => PENDING);
    throw error;
  }
}

/** As {@link embedFirstPassages}, for one content without a predecessor. */
export async function embedAlone(
  embedder: Embedder | undefined,
  scope: string,
  content: string,
): Promise<FirstEmbedding> {
  const [embedding] = await embedFirstPassages(embedder, scope, [{ content, context: "" }]);
  if (embedding === undefined) throw new Error("a text without an embedding");
  return embedding;
}

/** One call for all; one by one if the provider refuses some of them. Undefined: refused. */
async function embedEach(
  embedder: Embedder,
  scope: string,
  texts: readonly string[],
): Promise<(Float32Array | undefined)[]> {
  try {
    return await embedder.embedPassages(texts, undefined, scope);
  } catch (error) {
    if (!(error instanceof EmbeddingRefused)) throw error;
    if (texts.length === 1) return [undefined];
    const single = await Promise.all(texts.map((text) => embedEach(embedder, scope, [text])));
    return single.flat();
  }
}

/** Every passage of a content; rejects as the embedder does. */
export async function embedAllPassages(
  embedder: Embedder,
  scope: string,
  text: EmbeddableText,
): Promise<Float32Array[]> {
  return embedder.embedPassages(await passagesOf(embedder, text), undefined, scope);
}

/** The cache scope of a query: the caller that asked it. */
export function askedBy({ actor }: { readonly actor: Pick<Context["actor"], "keyId"> }): string {
  return `key ${actor.keyId ?? ""}`;
}

/**
 * The cache scope of a write. Readers of a namespace share what was written there; a caller that may not read shares
 * only its own writes.
 */
export function writtenBy(context: Pick<Context, "actor">, namespace: string): string {
  return allowsIn(context.actor.grants, "read", namespace) ? embeddedIn(namespace) : askedBy(context);
}

export function embeddedIn(namespace: string): string {
  return `namespace ${namespace}`;
}

/** The passages of a text as they are embedded. */
export async function passagesOf(
  embedder: Embedder,
  { content, context }: EmbeddableText,
): Promise<string[]> {
  const [first = content, ...rest] = await embedder.passages(content);
  return [withContext(first, context), ...rest];
}

/** When a sweep should take up what this write leaves to embed; undefined if nothing is left. */
export function dueTime(embedding: FirstEmbedding, now: number): number | undefined {
  if (embedding.status === "pending") return now;
  if (embedding.status === "refused") return now + REFUSED_RETRY_MS;
  const rest = embedding.status === "partial" || embedding.also === true;
  return rest ? now + FINISH_GRACE_MS : undefined;
}

/** The time that a write's own process has for further passages, and for another model, before a sweep takes over. */
export const FINISH_GRACE_MS = 60_000;

/** When a memory that the provider refused is tried again: it may have another model or another limit by then. */
export const REFUSED_RETRY_MS = 24 * 3600 * 1000;
