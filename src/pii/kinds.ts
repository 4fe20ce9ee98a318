/** Kinds of personal data that mneme looks for. Stable: settings, tags, marks and answers name them. */
export const PII_KINDS = ["email", "phone", "card", "iban", "ip", "national_id", "secret"] as const;
export type PiiKind = (typeof PII_KINDS)[number];

/** The kinds in words, for descriptions. */
export const PII_NAMES: Readonly<Record<PiiKind, string>> = {
  email: "e-mail addresses",
  phone: "telephone numbers",
  card: "payment card numbers",
  iban: "bank account numbers (IBAN)",
  ip: "IP addresses",
  national_id: "national identity numbers",
  secret: "secrets, such as passwords, keys and tokens",
};

/**
 * What a write does with a kind. `allow`: it isn't looked for. `tag`: it stays, and the memory gets a tag. `redact`: a
 * mark replaces it. `tokenize`: a token replaces it, and the original is kept apart. `reject`: the write is refused.
 */
export const PII_ACTIONS = ["allow", "tag", "redact", "tokenize", "reject"] as const;
export type PiiAction = (typeof PII_ACTIONS)[number];

/** Pieces found, by kind; kinds of which there are none are missing. */
export type PiiCounts = Readonly<Partial<Record<PiiKind, number>>>;

/** What a namespace does with personal data. */
export interface PiiPolicy {
  /** Kinds that are missing are allowed. */
  readonly actions: Readonly<Partial<Record<PiiKind, Exclude<PiiAction, "allow">>>>;
  /** Whether state documents are treated as well. */
  readonly state: boolean;
  /** The country (ISO 3166-1) whose telephone numbers may be written without their country code. */
  readonly region: string | undefined;
}

export function addCounts(...all: readonly (PiiCounts | undefined)[]): PiiCounts {
  const sum: Partial<Record<PiiKind, number>> = {};
  for (const kind of PII_KINDS) {
    const count = all.reduce((total, counts) => total + (counts?.[kind] ?? 0), 0);
    if (count > 0) sum[kind] = count;
  }
  return sum;
}

/** As the policy, with marks for what it refuses: where nobody is there who could be refused. */
export function redactRefused(policy: PiiPolicy | undefined): PiiPolicy | undefined {
  if (policy === undefined) return undefined;
  const actions = Object.entries(policy.actions).map(([kind, action]) => [
    kind,
    action === "reject" ? "redact" : action,
  ]);
  return { ...policy, actions: Object.fromEntries(actions) as PiiPolicy["actions"] };
}

/** The part of a policy that refuses; undefined: it refuses nothing. */
export function onlyRefused(policy: PiiPolicy | undefined): PiiPolicy | undefined {
  if (policy === undefined) return undefined;
  const actions = Object.entries(policy.actions).filter(([, action]) => action === "reject");
  return actions.length === 0 ? undefined : { ...policy, actions: Object.fromEntries(actions) };
}

const TAG = "pii:";

/** The tag of a memory in which `tag` found a kind. */
export const piiTag = (kind: PiiKind): string => TAG + kind;
export const isPiiTag = (tag: string): boolean => tag.startsWith(TAG);
