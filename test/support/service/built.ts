import type * as Source from "../../../src/embeddings/index.js";

/**
 * The embeddings as built. Their worker thread needs JavaScript on disk, so tests of what starts it run the
 * build, like the tests that start the service; the types are the source's.
 */
export type Embeddings = typeof Source;

export const embeddings = (await import(
  new URL("../../../dist/src/embeddings/index.js", import.meta.url).href
)) as Embeddings;
