import { stage } from "../domain/tracing.js";
import type { Embedder } from "./embedder.js";

export type EmbeddingObserver = (
  kind: "query" | "passage",
  outcome: "ok" | "error",
  texts: number,
  seconds: number,
) => void;

/** Reports and traces every call to the embedder beneath. */
export function withObserver(embedder: Embedder, report: EmbeddingObserver): Embedder {
  async function observed<T>(kind: "query" | "passage", texts: number, call: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const done = (outcome: "ok" | "error") =>
      report(kind, outcome, texts, (performance.now() - start) / 1000);
    try {
      const result = await stage("embed", call, { kind, texts });
      done("ok");
      return result;
    } catch (error) {
      done("error");
      throw error;
    }
  }
  return {
    model: embedder.model,
    passages: (content) => embedder.passages(content),
    embedPassages: (texts, signal, scope) =>
      observed("passage", texts.length, () => embedder.embedPassages(texts, signal, scope)),
    embedQuery: (text, signal, scope) => observed("query", 1, () => embedder.embedQuery(text, signal, scope)),
    ...(embedder.forget && { forget: embedder.forget }),
    ready: (signal) => embedder.ready(signal),
    close: () => embedder.close(),
  };
}
