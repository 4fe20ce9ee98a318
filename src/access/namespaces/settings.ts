/**
 * What is set for a namespace; null: not set, so what the service is configured with holds.
 *
 * A new setting is a field here and in {@link NO_SETTINGS}, a line in the schema, and a name in the store's
 * SETTING_FIELDS: the group and the field, joined by `_`.
 */
export interface Settings {
  /** How long a document of state lives that says nothing, and that any may live. */
  readonly state_ttl: { readonly default_seconds: number | null; readonly max_seconds: number | null };
  /** How many memories it may hold, and how many bytes of them and of sessions. */
  readonly quota: { readonly memories: number | null; readonly bytes: number | null };
  /** What is trusted less than this is in quarantine once it was published there. */
  readonly publish: { readonly min_trust: number | null };
  /** Whether a recall notes what it returns as used, which prolongs its life. */
  readonly decay: { readonly touch: boolean | null };
  /** How long a memory of each type lives that says nothing; 0: for ever. */
  readonly ttl: {
    readonly episodic_seconds: number | null;
    readonly semantic_seconds: number | null;
    readonly procedural_seconds: number | null;
  };
  /** How much it counts how old a memory is, in a recall of this namespace alone that says nothing of it. */
  readonly recency: { readonly weight: number | null; readonly half_life_days: number | null };
  /**
   * Of sessions: how long one lives after the last act on it, and how many messages and tokens one holds before its
   * oldest turns are promoted to episodic memory.
   */
  readonly session: {
    readonly ttl_seconds: number | null;
    readonly window_messages: number | null;
    readonly window_tokens: number | null;
  };
  /** So many of the recalls that don't ask for a receipt get one: 0 to 1. */
  readonly receipts: { readonly share: number | null };
  /** How long receipts, and entries of the audit trail, are kept; of receipts 0: none is. */
  readonly retention: { readonly receipts_seconds: number | null; readonly audit_seconds: number | null };
  /** Of consolidation; null: nothing runs by itself. */
  readonly consolidation: ConsolidationSettings | null;
  /** How many objects a subject has at a time, by predicate; for facts that don't say it themselves. */
  readonly predicates: Readonly<Record<string, "one" | "many">>;
}

/** When a namespace is consolidated by itself, and how. */
export interface ConsolidationSettings {
  /** A cron pattern of five fields, or six with seconds in front. */
  readonly schedule: string;
  /** An IANA name. */
  readonly time_zone: string;
  /** As a request for a run gives them; null: what is left out there. */
  readonly steps: string[] | null;
  readonly older_than_seconds: number | null;
  readonly unread_seconds: number | null;
}

export const NO_SETTINGS: Settings = {
  state_ttl: { default_seconds: null, max_seconds: null },
  quota: { memories: null, bytes: null },
  publish: { min_trust: null },
  decay: { touch: null },
  ttl: { episodic_seconds: null, semantic_seconds: null, procedural_seconds: null },
  recency: { weight: null, half_life_days: null },
  session: { ttl_seconds: null, window_messages: null, window_tokens: null },
  receipts: { share: null },
  retention: { receipts_seconds: null, audit_seconds: null },
  consolidation: null,
  predicates: {},
};

export interface VersionedSettings {
  readonly settings: Settings;
  /** 0 where nothing was ever set. */
  readonly version: number;
}

/** What a namespace holds, and may hold. */
export interface Usage {
  readonly memories: number;
  /** Of their JSON, interactions included, of their vectors, and of sessions. */
  readonly bytes: number;
  /** Those of sessions: messages that weren't promoted yet, all messages' ids, and running summaries. */
  readonly session_bytes: number;
  /** The effective quota, own or inherited; null: unlimited. */
  readonly quota: Settings["quota"];
}
