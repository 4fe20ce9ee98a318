/** Requests of a key in windows of one minute, counted over all processes. */
export interface RateLimiter {
  /** Counts one request of a key that may make `limit` a minute. */
  take(keyId: string, limit: number): Promise<RateState>;
}

export interface RateState {
  /** False: this request is one too many. */
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
}
