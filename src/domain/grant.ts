/**
 * A key's verbs, and where they hold.
 *
 * A pattern is a namespace (`acme.agents.support`), a namespace with everything below it (`acme.shared.**`, which holds
 * `acme.shared` itself), or `**`: everything. Nothing else, so that two patterns have one intersection: the narrower of
 * them, or nothing.
 *
 * `reveal` shows the originals of tokens of personal data; `admin` does as well.
 *
 * `metrics` concerns the whole process, so it goes with `**` only.
 */
export const GRANT_VERBS = ["read", "write", "publish", "admin", "reveal", "metrics"] as const;

export type GrantVerb = (typeof GRANT_VERBS)[number];

export interface Grant {
  /** A pattern. */
  readonly namespace: string;
  readonly verbs: readonly GrantVerb[];
}
