/** `cohere`: what Cohere, Jina, Voyage, vLLM and others take. `tei`: text-embeddings-inference. */
export const RERANKER_APIS = ["cohere", "tei"] as const;
export type RerankerApi = (typeof RERANKER_APIS)[number];
