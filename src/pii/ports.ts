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
  /** Notes that a write uses these tokens, of those that the namespace knows. */
  use(namespace: string, tokens: readonly string[]): Promise<void>;
  /** Namespaces with originals. */
  namespaces(): AsyncIterable<readonly string[]>;
  /** Tokens of a namespace that no write has used since `before`, milliseconds since the epoch. */
  unusedSince(namespace: string, before: number): AsyncIterable<readonly string[]>;
  /** Deletes originals, except of those that a write has used since; returns how many. */
  drop(namespace: string, tokens: readonly string[], before: number): Promise<number>;
  /** The time by the store's clock, milliseconds since the epoch. */
  moment(): Promise<number>;
  /** Namespaces below a root (not the root itself) whose settings ever treated personal data; the first `limit`. */
  treatingBelow(root: string, limit: number): Promise<readonly string[]>;
  /** The originals in the order of the tokens, and the salt; undefined for an unknown one. */
  reveal(
    trail: Trail,
    namespace: string,
    tokens: readonly string[],
  ): Promise<{ readonly salt: string | undefined; readonly sealed: readonly (string | undefined)[] }>;
}

/** Finds the tokens that stored texts show. */
export interface ShownTokens {
  /**
   * Tokens in memories with their versions, sessions, state with its history, and aliases of these namespaces, some at a
   * time: all of those that are there throughout. One may come twice. `tick` is called between steps. `failed` is called
   * for a namespace of which something can't be read; nothing more of it comes.
   */
  shown(
    namespaces: ReadonlySet<string>,
    tick: () => Promise<void>,
    failed: (namespace: string, error: unknown) => void,
  ): AsyncIterable<{ readonly namespace: string; readonly tokens: readonly string[] }>;
}
