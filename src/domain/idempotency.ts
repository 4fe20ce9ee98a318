/** Keeps the answers of requests with an `Idempotency-Key`, by the hash of caller and key. */
export interface AnswerStore {
  /** Claims an operation for a request, of which `request` is a hash. */
  claim(operation: string, request: string): Promise<Claim>;
  /** Keeps the answer, unless the claim was lost meanwhile. `memories`: ids of those that it holds: it ends with them. */
  keep(operation: string, token: string, sealed: string, memories: readonly string[]): Promise<void>;
  /** Gives the claim up: a retry is then a new try. */
  release(operation: string, token: string): Promise<void>;
}

export type Claim =
  /** Nobody has asked this before: the claim is the caller's, by this token. */
  | { readonly kind: "claimed"; readonly token: string }
  | { readonly kind: "answered"; readonly sealed: string }
  /** It was answered, and a memory in the answer has been deleted since. */
  | { readonly kind: "erased" }
  /** Somebody else is at it. */
  | { readonly kind: "busy" }
  | { readonly kind: "other_request" };
