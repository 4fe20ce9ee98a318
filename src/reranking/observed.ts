import type { Reranker } from "./reranker.js";

/** `late`: the caller had no more time. */
export type RerankObserver = (outcome: "ok" | "error" | "late", seconds: number) => void;

/** Reports every call. */
export function withObserver(reranker: Reranker, report: RerankObserver): Reranker {
  return {
    ...reranker,
    async rerank(query, texts, signal) {
      const start = performance.now();
      const done = (outcome: Parameters<RerankObserver>[0]): void =>
        report(outcome, (performance.now() - start) / 1000);
      try {
        const scores = await reranker.rerank(query, texts, signal);
        done("ok");
        return scores;
      } catch (error) {
        done(signal?.aborted === true ? "late" : "error");
        throw error;
      }
    },
  };
}
