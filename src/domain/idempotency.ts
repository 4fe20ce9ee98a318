/** Keeps the answers of requests with an `Idempotency-Key`, by the hash of caller and key. */
export interface AnswerStore {
  /** Claims an operation for a request, of which `request` is a hash. The claim ends after a lease unless it is renewed. */
  claim(operation: string, request: string): Promise<Claim>;
  /** False: the claim was lost, or its answer is kept. */
  renew(operation: string, claim: Claimed, ms: number): Promise<boolean>;
  /**
   * Keeps the answer, unless the claim was lost. `subjects`: what it holds, memories by their ids and others as
   * {@link subjectOf} names them; the answer ends with them. Undefined: it isn't known, so only that there was one is kept.
   */
  keep(
    operation: string,
    claim: Claimed,
    sealed: string,
    subjects: readonly string[] | undefined,
  ): Promise<void>;
  /** Gives the claim up: a retry is then a new try. `acted`: it may have done something, so no other request takes the key. */
  release(operation: string, claim: Claimed, acted: boolean): Promise<void>;
}

export interface Claimed {
  readonly kind: "claimed";
  readonly token: string;
  /** When it was claimed, by the store's clock: milliseconds since the epoch. */
  readonly begun: number;
  /** A try before this one may have acted. */
  readonly again: boolean;
}

export type Claim =
  /** The request is new: the claim is the caller's. */
  | Claimed
  | { readonly kind: "answered"; readonly sealed: string }
  /** It was answered, and something in the answer has been deleted since, or its deletion wouldn't be noticed. */
  | { readonly kind: "erased" }
  /** Another request holds the claim. */
  | { readonly kind: "busy" }
  | { readonly kind: "other_request" };

/** What an answer refers to besides memories, which go by their ids. */
export const subjectOf = {
  namespace: (namespace: string): string => JSON.stringify(["namespace", namespace]),
  session: (namespace: string, session: string): string => JSON.stringify(["session", namespace, session]),
  state: (namespace: string, key: string): string => JSON.stringify(["state", namespace, key]),
} as const;
