/** Judges how well texts answer a query, each together with it. */
export interface Reranker {
  /** The name of the model, for operators. */
  readonly model: string;
  /**
   * One finite score per text, in order; a higher one fits better. The scale is the model's own. Rejects with
   * {@link RerankerUnavailable}, or with the signal's reason.
   */
  rerank(query: string, texts: readonly string[], signal?: AbortSignal): Promise<readonly number[]>;
  /** Resolves when a local model is loaded; rejects while it can't be. A provider isn't asked. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Why a reranker can't answer. Stable: operators see it in `/readyz`, in the log and in metrics. */
export type RerankerFault =
  | "unreachable"
  | "timed_out"
  | "key_rejected"
  | "model_unknown"
  | "configuration_rejected"
  | "rate_limited"
  | "provider_failed"
  | "malformed_reply"
  | "model_unusable"
  | "model_crashed"
  | "overloaded";

/** Its message is mneme's own: it quotes neither a text nor a provider's answer. */
export class RerankerUnavailable extends Error {
  override readonly name = "RerankerUnavailable";
  /** Undefined: nothing is wrong with the reranker itself, such as when it isn't asked for a while. */
  readonly fault: RerankerFault | undefined;

  constructor(message: string, fault?: RerankerFault) {
    super(message);
    this.fault = fault;
  }
}
