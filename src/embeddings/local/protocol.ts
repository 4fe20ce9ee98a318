import type { PassageSizes } from "../passages.js";

/** What a worker with a model needs to start; passed as `workerData`. */
export interface ModelOptions {
  readonly modelFile: string;
  readonly tokenizerFile: string;
  /** Where ONNX Runtime is; undefined: where Node finds it. */
  readonly runtimeDir: string | undefined;
  readonly threads: number;
  /** One cell, 1 while native code runs: see `awaitIdle`. */
  readonly busy: Int32Array<SharedArrayBuffer>;
}

/** Of a model that embeds. */
export interface WorkerOptions extends ModelOptions {
  /** The type that the tokenizer file must have. */
  readonly tokenizer: "WordPiece" | "Unigram";
  readonly dimensions: number;
}

export type Request =
  | { readonly kind: "embed"; readonly text: string }
  | { readonly kind: "split"; readonly content: string; readonly sizes: PassageSizes }
  /** Of a model that judges how well a text answers a query. */
  | { readonly kind: "judge"; readonly query: string; readonly text: string };

export type ToWorker = Request | { readonly kind: "close" };

/** Exactly one reply follows each request, and `loaded` or `unloadable` comes before the first. */
export type FromWorker =
  | { readonly kind: "loaded" }
  | { readonly kind: "unloadable"; readonly reason: string }
  | { readonly kind: "vector"; readonly vector: Float32Array }
  | { readonly kind: "passages"; readonly passages: string[] }
  | { readonly kind: "score"; readonly score: number }
  | { readonly kind: "failed" };

export type Reply = Extract<FromWorker, { readonly kind: "vector" | "passages" | "score" }>;

export function markBusy(busy: Int32Array): void {
  Atomics.store(busy, 0, 1);
}

export function markIdle(busy: Int32Array): void {
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
}

export const isBusy = (busy: Int32Array): boolean => Atomics.load(busy, 0) === 1;

/**
 * Blocks the thread until the worker is out of native code. `process.exit` ends workers where they are,
 * and onnxruntime answers that with an abort of the process (SIGABRT, onnxruntime-node 1.30).
 */
export function awaitIdle(busy: Int32Array<SharedArrayBuffer>, timeoutMs: number): void {
  Atomics.wait(busy, 0, 1, timeoutMs);
}
