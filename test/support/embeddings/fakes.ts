import { vi } from "vitest";

import type { Embedder, EmbeddingCache } from "../../../src/embeddings/embedder.js";
import { normalise } from "../../../src/embeddings/vectors.js";
import { vectorOf } from "./fake-openai.js";

export const DIMENSIONS = 8;

export function fakeVector(text: string): Float32Array {
  const vector = vectorOf(text, DIMENSIONS);
  normalise(vector);
  return vector;
}

/** An embedder whose methods are spies over `fakeVector`. */
export function fakeEmbedder() {
  return {
    model: { provider: "custom", name: "fake", id: "fake-8", dimensions: DIMENSIONS },
    passages: vi.fn<Embedder["passages"]>(async (content) => [content]),
    embedPassages: vi.fn<Embedder["embedPassages"]>(async (texts) => texts.map(fakeVector)),
    embedQuery: vi.fn<Embedder["embedQuery"]>(async (text) => fakeVector(text)),
    ready: vi.fn<Embedder["ready"]>(async () => {}),
    close: vi.fn<Embedder["close"]>(async () => {}),
  } satisfies Embedder;
}

export function memoryCache() {
  const held = new Map<string, Float32Array>();
  return {
    held,
    get: vi.fn<EmbeddingCache["get"]>(async (keys) => keys.map((key) => held.get(key))),
    set: vi.fn<EmbeddingCache["set"]>(async (entries) => {
      for (const { key, vector } of entries) held.set(key, vector);
    }),
    remove: vi.fn<EmbeddingCache["remove"]>(async (keys) => {
      for (const key of keys) held.delete(key);
    }),
  } satisfies EmbeddingCache & { held: Map<string, Float32Array> };
}
