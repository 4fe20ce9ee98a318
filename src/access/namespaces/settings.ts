import type { PiiAction, PiiKind } from "../../pii/kinds.js";

/**
 * A namespace's own settings; null: not set, so the service's configuration holds.
 *
 * A new setting is a field here and in {@link NO_SETTINGS}, a line in the schema, and a name in the store's
 * SETTING_FIELDS: the group and the field, joined by `_`.
 */
export interface Settings {
  /** Time to live of a state document: the default, and the maximum. */
  readonly state_ttl: { readonly default_seconds: number | null; readonly max_seconds: number | null };
  /** The most memories that it may hold, and the most bytes of memories and sessions. */
  readonly quota: { readonly memories: number | null; readonly bytes: number | null };
  /** Copies published here with less trust than this go into quarantine. */
  readonly publish: { readonly min_trust: number | null };
  /** Whether a recall counts its hits as used, which prolongs their lives. */
  readonly decay: { readonly touch: boolean | null };
  /** Default time to live of each memory type; 0: no expiry. */
  readonly ttl: {
    readonly episodic_seconds: number | null;
    readonly semantic_seconds: number | null;
    readonly procedural_seconds: number | null;
  };
  /** Default weight and half-life of recency, for recalls of this namespace alone. */
  readonly recency: { readonly weight: number | null; readonly half_life_days: number | null };
  /**
   * Sessions: the time to live after the last act, and the messages and tokens that one holds before its oldest turns
   * are promoted to episodic memory.
   */
  readonly session: {
    readonly ttl_seconds: number | null;
    readonly window_messages: number | null;
    readonly window_tokens: number | null;
  };
  /** Share of recalls that get a receipt without asking for one: 0 to 1. */
  readonly receipts: { readonly share: number | null };
  readonly retention: RetentionSettings;
  readonly archive: ArchiveSettings;
  /** Personal data: what a write does with each kind, and whether state documents are treated as well. */
  readonly pii: Readonly<Record<PiiKind, PiiAction | null>> & {
    readonly state: boolean | null;
    /** The country (ISO 3166-1) whose telephone numbers may be written without their country code. */
    readonly region: string | null;
  };
  /** Consolidation; null: no run starts by itself. */
  readonly consolidation: ConsolidationSettings | null;
  /** Cardinality by predicate, for facts that don't state it. */
  readonly predicates: Readonly<Record<string, "one" | "many">>;
}

/** How long each kind of content is kept at most, in seconds. */
export interface RetentionSettings {
  /** 0: none is kept. */
  readonly receipts_seconds: number | null;
  readonly audit_seconds: number | null;
  /** Memories of a type, after their current version was written; whatever their TTL and uses, pinned ones too. */
  readonly episodic_seconds: number | null;
  readonly semantic_seconds: number | null;
  readonly procedural_seconds: number | null;
  /** Old versions of memories, after they were superseded. */
  readonly versions_seconds: number | null;
  /** Sessions, after their last message. */
  readonly sessions_seconds: number | null;
  /** Superseded versions of state documents, and changes of state. */
  readonly state_history_seconds: number | null;
}

/** Which episodes are archived. */
export interface ArchiveSettings {
  /** Age of the current version from which they are; null: none is. */
  readonly after_seconds: number | null;
  /** How long they mustn't have been used or seen again; null: as `after_seconds`. */
  readonly unread_seconds: number | null;
  /** More important ones stay; null: none does. */
  readonly max_importance: number | null;
  /** Whether only those are that a summary supersedes; null: false. */
  readonly consolidated_only: boolean | null;
}

/** When a namespace is consolidated by itself, and how. */
export interface ConsolidationSettings {
  /** A cron pattern of five fields, or six with seconds in front. */
  readonly schedule: string;
  /** An IANA name. */
  readonly time_zone: string;
  /** The same values as in a request for a run; null: not given. */
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
  retention: {
    receipts_seconds: null,
    audit_seconds: null,
    episodic_seconds: null,
    semantic_seconds: null,
    procedural_seconds: null,
    versions_seconds: null,
    sessions_seconds: null,
    state_history_seconds: null,
  },
  archive: { after_seconds: null, unread_seconds: null, max_importance: null, consolidated_only: null },
  pii: {
    email: null,
    phone: null,
    card: null,
    iban: null,
    ip: null,
    national_id: null,
    secret: null,
    state: null,
    region: null,
  },
  consolidation: null,
  predicates: {},
};

export interface VersionedSettings {
  readonly settings: Settings;
  /** 0 where nothing was ever set. */
  readonly version: number;
}

/** A namespace's usage and quota. */
export interface Usage {
  readonly memories: number;
  /** Bytes of memories (JSON with interactions, and vectors) and of sessions. */
  readonly bytes: number;
  /** Those of sessions: messages that weren't promoted yet, all messages' ids, and running summaries. */
  readonly session_bytes: number;
  /** The part of `bytes` that is state's. */
  readonly state_bytes: number;
  /** The effective quota, own or inherited; null: unlimited. */
  readonly quota: Settings["quota"];
}
