import type { PassageSizes } from "../passages.js";

/** What the worker needs to start; goes as `workerData`. */
export interface WorkerOptions {
  readonly modelFile: string;
  readonly tokenizerFile: string;
  readonly dimensions: number;
  readonly threads: number;
}

export type Request =
  | { readonly kind: "embed"; readonly text: string }
  | { readonly kind: "split"; readonly content: string; readonly sizes: PassageSizes };

export type ToWorker = Request | { readonly kind: "close" };

/** Exactly one reply follows each request, and `loaded` or `unloadable` comes before the first. */
export type FromWorker =
  | { readonly kind: "loaded" }
  | { readonly kind: "unloadable"; readonly reason: string }
  | { readonly kind: "vector"; readonly vector: Float32Array }
  | { readonly kind: "passages"; readonly passages: string[] }
  | { readonly kind: "failed" };

export type Reply = Extract<FromWorker, { readonly kind: "vector" | "passages" }>;
