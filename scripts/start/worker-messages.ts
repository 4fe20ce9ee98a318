import type { MetricsSnapshot } from "../../src/http/metrics.js";

/** What a worker says of itself once it serves. */
export interface Serving {
  readonly url: string;
  readonly access: string;
  readonly embedder: string;
}

export type ToPrimary =
  | ({ readonly kind: "serving" } & Serving)
  /** Asks for the metrics of all workers. */
  | { readonly kind: "ask"; readonly question: number }
  | { readonly kind: "own"; readonly round: number; readonly metrics: MetricsSnapshot };

export type ToWorker =
  | { readonly kind: "stop" }
  /** Asks for the worker's own metrics. */
  | { readonly kind: "give"; readonly round: number }
  | { readonly kind: "all"; readonly question: number; readonly metrics: readonly MetricsSnapshot[] };
