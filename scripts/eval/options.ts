export interface EvalOptions {
  readonly data: string;
  /** A service that runs already; else one is started. */
  readonly url?: string;
  /** A Redis to use, and to keep the cache of embeddings in; else one is started and thrown away. */
  readonly redis?: string;
  /** Conversations of each data set to look at; undefined: all. */
  readonly sample?: number;
  readonly captions: boolean;
  /** Move each conversation in time, so that it ends now: then trust differs by age, as it does in use. */
  readonly toNow?: boolean;
  /** Consolidate each conversation, and ask the default once more. */
  readonly consolidate?: boolean;
  readonly json?: string;
  /** A folder for the scores of each query. */
  readonly perQuery?: string;
  /** Keep the figures of each data set for docs. */
  readonly save?: boolean;
  /** How long to wait before the questions; see `evaluate`. Seconds. */
  readonly settle: number;
}
