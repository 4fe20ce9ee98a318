/**
 * The ways to ask. The default comes first: it alone meets query vectors that no cache holds yet, so its times
 * are what a user's new question takes. It is asked as a user asks: no mode, no fusion named.
 */
export const RETRIEVERS = [
  { name: "default", request: {} },
  { name: "without trust", request: { trust_weight: 0 } },
  { name: "without times", request: { time_weight: 0 } },
  { name: "without sessions", request: { session_weight: 0 } },
  { name: "without speakers", request: { speaker_weight: 0 } },
  {
    name: "trust, recency, entities",
    request: { trust_weight: 0.01, recency: { weight: 0.02, half_life_days: 30 }, expand: "entities" },
  },
  { name: "keyword", request: { mode: "keyword" } },
  { name: "vector", request: { mode: "vector" } },
  {
    name: "hybrid RRF",
    request: {
      mode: "hybrid",
      fusion: { method: "rrf", k: 60, weights: { keyword: 1, vector: 1 } },
    },
  },
] as const;

export type Retriever = (typeof RETRIEVERS)[number];
export type RetrieverName = Retriever["name"];
