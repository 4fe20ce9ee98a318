/** Identifies the space that vectors live in. Vectors of two models are never compared. */
export interface EmbeddingModel {
  readonly provider: "local" | "openai" | "custom";
  /** The provider's own name of the model, e.g. `text-embedding-3-small`. */
  readonly name: string;
  /**
   * Key-safe identity `[a-z0-9.-]{1,64}` of model and dimension; part of Redis keys and index names.
   * Two configurations with the same id must produce comparable vectors.
   */
  readonly id: string;
  readonly dimensions: number;
}

/**
 * Turns text into vectors. Every vector has `model.dimensions` finite entries and length 1 (L2).
 *
 * Implementations reject with {@link EmbeddingUnavailable} when the provider can't answer now (a retry
 * may help) and with {@link EmbeddingRefused} when it refuses this very input (a retry can't help).
 */
export interface Embedder {
  readonly model: EmbeddingModel;
  /**
   * Splits content into overlapping passages, each within the model's window, in reading order; together
   * they cover the whole content. At least one; the first starts at the beginning.
   */
  passages(content: string): Promise<string[]>;
  /**
   * One vector per text, in order. `scope`: who may notice that a text was embedded before, or is just now. Nothing that was
   * kept or begun in one scope makes an answer in another one faster.
   */
  embedPassages(texts: readonly string[], signal?: AbortSignal, scope?: string): Promise<Float32Array[]>;
  embedQuery(text: string, signal?: AbortSignal, scope?: string): Promise<Float32Array>;
  /** Forgets what is cached of texts, by the kind and scope in which they were embedded. Absent: nothing is cached. */
  forget?(texts: readonly EmbeddedText[]): Promise<void>;
  /** Resolves when the provider answers; rejects with {@link EmbeddingUnavailable}. Cheap enough to be polled. */
  ready(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
  /** The other model whose vectors a store gets, while it changes from one model to another. */
  readonly also?: Embedder | undefined;
}

export interface EmbeddedText {
  readonly kind: "passage" | "query";
  readonly scope: string;
  readonly text: string;
}

/** Why an embedder can't answer. Stable: operators see it in `/readyz`, in the log and in metrics. */
export type EmbedderFault =
  | "unreachable"
  | "timed_out"
  | "key_rejected"
  | "model_unknown"
  | "configuration_rejected"
  | "quota_used_up"
  | "rate_limited"
  | "provider_failed"
  | "malformed_reply"
  | "wrong_dimensions"
  | "not_finite"
  | "model_unusable"
  | "model_crashed"
  | "model_differs"
  | "overloaded";

export class EmbeddingUnavailable extends Error {
  override readonly name = "EmbeddingUnavailable";
  /** Undefined: nothing is wrong with the embedder itself, such as when it is closed, or isn't asked for a while. */
  readonly fault: EmbedderFault | undefined;

  constructor(message: string, fault?: EmbedderFault) {
    super(message);
    this.fault = fault;
  }
}

export class EmbeddingRefused extends Error {
  override readonly name = "EmbeddingRefused";
}

/** A store of vectors by opaque key; a miss is `undefined`. May lose entries at any time. */
export interface EmbeddingCache {
  get(keys: readonly string[]): Promise<(Float32Array | undefined)[]>;
  set(entries: readonly { readonly key: string; readonly vector: Float32Array }[]): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}
