import type { Trail } from "../access/trail.js";

/**
 * Originals of tokens, in the store, by namespace. Rejects with `redis_unavailable` when the store can't be reached.
 */
export interface PiiStore {
  /** The namespace's own random text, of which its tokens are made; undefined: it has none yet. */
  salt(namespace: string): Promise<string | undefined>;
  /**
   * Keeps originals by their tokens; one that is there stays. Nothing is kept if the namespace has another salt: that
   * is returned. A namespace without a salt gets the given one.
   */
  keep(
    namespace: string,
    salt: string,
    originals: ReadonlyMap<string, string>,
  ): Promise<"kept" | "full" | { readonly salt: string }>;
  /** Namespaces below a root (not the root itself) whose settings ever treated personal data; the first `limit`. */
  treatingBelow(root: string, limit: number): Promise<readonly string[]>;
  /** The originals in the order of the tokens, and the salt; undefined for an unknown one. */
  reveal(
    trail: Trail,
    namespace: string,
    tokens: readonly string[],
  ): Promise<{ readonly salt: string | undefined; readonly sealed: readonly (string | undefined)[] }>;
}
