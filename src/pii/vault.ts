import { createFreshCache } from "../domain/fresh-cache.js";
import { quotaExceeded } from "../domain/errors.js";
import type { Trail } from "../access/trail.js";
import type { PiiKind } from "./kinds.js";
import type { PiiStore } from "./ports.js";
import { keysOf, newSalt, openOriginal, sealOriginal, tokenOf } from "./seal.js";
import type { PiiKeys } from "./seal.js";

/** A value that gets a token. */
export interface Original {
  readonly kind: PiiKind;
  /** As spellings are compared. */
  readonly value: string;
  readonly written: string;
}

export interface Revealed {
  readonly token: string;
  /** Undefined: the namespace knows no such token. null: it was sealed with another secret. */
  readonly value: string | null | undefined;
}

/** Makes tokens of values, and values of tokens. */
export interface PiiVault {
  /** Tokens in the order of the originals, which are kept before this resolves. */
  tokenize(namespace: string, originals: readonly Original[]): Promise<readonly string[]>;
  /**
   * Notes that a write shows these tokens again, so that their originals aren't deleted before its text is there. Tokens
   * of other namespaces, and texts that only look like tokens, change nothing.
   */
  keepShown(namespace: string, tokens: ReadonlySet<string>): Promise<void>;
  /** The tokens that these values have, if they have any; nothing is kept. */
  tokensOf(namespace: string, originals: readonly Original[]): Promise<readonly string[]>;
  /**
   * Namespaces below a root whose settings ever treated personal data, the first 64. Cached for up to 5 seconds, until
   * {@link settingsChanged} in this process.
   */
  treatingBelow(root: string): Promise<readonly string[]>;
  settingsChanged(): void;
  reveal(trail: Trail, namespace: string, tokens: readonly string[]): Promise<readonly Revealed[]>;
}

const MAX_KNOWN = 10_000;
const MOST_BELOW = 64;
/** A salt changes only when its namespace is deleted. */
const ATTEMPTS = 8;

export function createPiiVault(store: PiiStore, secret: string | undefined): PiiVault {
  const known = createFreshCache<PiiKeys>({
    load: async (namespace) => {
      const salt = await store.salt(namespace);
      return salt === undefined ? undefined : keysOf(secret, salt);
    },
    max: MAX_KNOWN,
  });

  const treating = createFreshCache<readonly string[]>({
    load: (root) => store.treatingBelow(root, MOST_BELOW),
    max: MAX_KNOWN,
  });

  return {
    async treatingBelow(root) {
      return (await treating.find(root)) ?? [];
    },
    settingsChanged: treating.forgetAll,

    async tokenize(namespace, originals) {
      let keys = (await known.find(namespace)) ?? keysOf(secret, newSalt());
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const tokens = tokensWith(keys, originals);
        const kept = new Map(
          originals.map(({ written }, index) => {
            const token = tokens[index] ?? "";
            return [token, sealOriginal(keys, token, written)];
          }),
        );
        const outcome = await store.keep(namespace, keys.salt, kept);
        if (outcome === "full") throw quotaExceeded("tokens of personal data");
        if (outcome === "kept") return tokens;
        known.forget(namespace);
        keys = keysOf(secret, outcome.salt);
      }
      throw new Error("a namespace's salt keeps changing");
    },

    async keepShown(namespace, tokens) {
      if (tokens.size > 0) await store.use(namespace, [...tokens]);
    },

    async tokensOf(namespace, originals) {
      const keys = await known.find(namespace);
      return keys === undefined ? [] : tokensWith(keys, originals);
    },

    async reveal(trail, namespace, tokens) {
      const { salt, sealed } = await store.reveal(trail, namespace, tokens);
      const keys = keysOf(secret, salt ?? "");
      return tokens.map((token, index) => {
        const stored = sealed[index];
        return {
          token,
          value: stored === undefined ? undefined : (openOriginal(keys, token, stored) ?? null),
        };
      });
    },
  };
}

const tokensWith = (keys: PiiKeys, originals: readonly Original[]): string[] =>
  originals.map(({ kind, value }) => tokenOf(keys, kind, value));
