import type { EmbeddingStore } from "../../memory/ports/embedding.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { oldVectors, vectorsOf } from "../search/nearest.js";
import { attachVectors } from "./attach-vectors.js";
import { hastenEmbeddings } from "./hasten-embeddings.js";
import { pendingEmbeddings } from "./pending-embeddings.js";

/** Vectors in hashes, and what waits for its own. */
export const createEmbeddingStore = (deps: StoreDeps): EmbeddingStore =>
  portOf(deps, { attachVectors, pendingEmbeddings, hastenEmbeddings, vectorsOf, oldVectors });
