import { createHash } from "node:crypto";

import type { EmbeddedText, Embedder, EmbeddingCache } from "./embedder.js";
import { isUnitVector } from "./vectors.js";

export interface CacheOptions {
  /** Told of every failure of the cache, which is otherwise only a miss. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

type Kind = EmbeddedText["kind"];

/** Queries that are remembered here: 1.5 MB of vectors of 384 dimensions. */
const MAX_RECENT = 1000;

/**
 * Answers from the cache what it has, and embeds the rest, each text once. Keys are digests, so the cache
 * learns no text; and each scope has its own, so that how fast an answer comes doesn't show what others asked. What is stored is not waited for, except by `close`. A vector may be shared by several
 * results: treat it as read-only.
 *
 * Most queries are never asked again: a query's vector is only remembered here at first, and goes to the cache when it
 * is asked for once more.
 */
export function withCache(
  embedder: Embedder,
  cache: EmbeddingCache,
  { onError = () => {} }: CacheOptions = {},
): Embedder {
  const { id, dimensions } = embedder.model;
  const storing = new Set<Promise<void>>();
  const recent = new Map<string, { readonly vector: Float32Array; stored: boolean }>();

  // UTF-16, because UTF-8 would make the same bytes of all lone surrogates.
  const keyOf = (kind: Kind, scope: string, text: string): string =>
    createHash("sha256")
      .update(`${kind}\n${id}\n${JSON.stringify(scope)}\n`)
      .update(text, "utf16le")
      .digest("base64url");

  async function lookUp(keys: readonly string[]): Promise<(Float32Array | undefined)[]> {
    try {
      // A cache may hold anything; only what has the shape of this model's vectors is believed.
      const found = await cache.get(keys);
      return found.map((vector) =>
        vector !== undefined && isUnitVector(vector, dimensions) ? vector : undefined,
      );
    } catch (error) {
      onError(error);
      return [];
    }
  }

  function store(entries: { readonly key: string; readonly vector: Float32Array }[]): void {
    const done = (async () => cache.set(entries))()
      .catch(onError)
      .finally(() => storing.delete(done));
    storing.add(done);
  }

  function remember(entries: { readonly key: string; readonly vector: Float32Array }[]): void {
    for (const { key, vector } of entries) recent.set(key, { vector, stored: false });
    const [oldest] = recent.keys();
    if (recent.size > MAX_RECENT && oldest !== undefined) recent.delete(oldest);
  }

  /** Undefined: it isn't among the queries that were asked last. */
  function again(key: string): Float32Array | undefined {
    const found = recent.get(key);
    if (found === undefined) return undefined;
    recent.delete(key);
    recent.set(key, found);
    if (!found.stored) store([{ key, vector: found.vector }]);
    found.stored = true;
    return found.vector;
  }

  async function through(
    kind: Kind,
    scope: string,
    texts: readonly string[],
    embed: (missing: readonly string[]) => Promise<Float32Array[]>,
    keep: typeof store = store,
  ): Promise<Float32Array[]> {
    if (texts.length === 0) return [];
    const distinct = [...new Set(texts)].map((text) => ({ text, key: keyOf(kind, scope, text) }));
    const cached = await lookUp(distinct.map(({ key }) => key));
    const vectors = new Map<string, Float32Array>();
    const missing = distinct.filter(({ text }, index) => {
      const vector = cached[index];
      if (vector !== undefined) vectors.set(text, vector);
      return vector === undefined;
    });
    if (missing.length > 0) {
      const fresh = pair(missing, await embed(missing.map(({ text }) => text)));
      for (const [{ text }, vector] of fresh) vectors.set(text, vector);
      keep(fresh.map(([{ key }, vector]) => ({ key, vector })));
    }
    return pair(
      texts,
      texts.map((text) => vectors.get(text)),
    ).map(([, vector]) => vector);
  }

  return {
    ...embedder,
    embedPassages: (texts, signal, scope = "") =>
      through("passage", scope, texts, (missing) => embedder.embedPassages(missing, signal, scope)),
    async embedQuery(text, signal, scope = "") {
      const known = again(keyOf("query", scope, text));
      if (known !== undefined) return known;
      const ask = () => embedder.embedQuery(text, signal, scope);
      const [vector] = await through("query", scope, [text], async () => [await ask()], remember);
      return vector ?? (await ask());
    },
    async forget(texts) {
      const keys = texts.map(({ kind, scope, text }) => keyOf(kind, scope, text));
      for (const key of keys) recent.delete(key);
      // What is being stored would come after.
      await Promise.allSettled(storing);
      await cache.remove(keys);
    },
    async close() {
      await embedder.close();
      await Promise.allSettled(storing);
    },
  };
}

/** Lists that the port says are of one length. */
function pair<A, B>(left: readonly A[], right: readonly (B | undefined)[]): [A, B][] {
  return left.map((item, index) => {
    const other = right[index];
    if (other === undefined) throw new Error("an embedder returned fewer vectors than texts");
    return [item, other];
  });
}
