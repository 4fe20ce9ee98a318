import type { Vote } from "../../memory/ports/agents.js";
import type {
  Archived,
  FeedbackOutcome,
  Lifetime,
  Memory,
  Origin,
  Publication,
} from "../../memory/model/record.js";
import type { MadeBy } from "../../memory/model/made.js";
import type { Fact } from "../../memory/model/fact.js";

/**
 * A memory in RedisJSON: `memory` is for readers, `index` is for RediSearch, `raw` is the verbatim interaction.
 *
 * Metadata and the interaction are JSON in a string: RedisJSON 2.8 parses numbers with an error in the last digit
 * (4.235923879920906e-122 comes back as 4.2359238799209057e-122), and a caller must get back what it sent.
 */
export interface MemoryDocument {
  readonly memory: StoredMemory;
  readonly raw?: string;
  /** By namespace: publications, done or pending. */
  readonly published?: Readonly<Record<string, StoredPublication>>;
  /** Kept by memory/lua/insert.lua: ids of what was derived from it, the latest few. */
  readonly derived?: readonly string[];
  /** Kept by trust/lua/note-feedback.lua: by caller, what it said; by vote, what isn't counted for the author yet. */
  readonly voices?: Readonly<Record<string, unknown>>;
  readonly unsent?: Readonly<Record<string, Omit<Vote, "id">>>;
  /** The import that wrote it, and which version: see backup/lua/put-memory.lua. */
  readonly imported?: string;
  readonly index: {
    readonly ns: string;
    readonly facets: readonly string[];
    readonly time: number;
    /** The time range of this version: only old versions have an end. */
    readonly since: number;
    readonly until?: number;
    readonly valid_from?: number;
    readonly valid_to?: number;
    readonly text: string;
    /** The predecessor's context in the session: its id, its end as it is embedded, and the terms of that. */
    readonly follows?: string;
    readonly preceding?: string;
    readonly context?: string;
    readonly prior: number;
    /** The part of its content that are short questions; missing if none. */
    readonly asks?: number;
    /** Whose words its content begins with; missing if it names nobody. */
    readonly said?: { readonly by: string };
    /**
     * For a fact of cardinality one, set by lua/timelines.lua: its timeline, the facet of its object, and the end that
     * its writer gave it; `valid_to` may be sooner, if the next fact begins earlier.
     */
    readonly timeline?: string;
    readonly object?: string;
    readonly stated_to?: number;
    /** It was derived, and also written by itself: memory/lua/insert.lua sets it. */
    readonly told?: boolean;
    /** When a superseded memory would have ended, 0 for never: consolidation/lua/settle.lua sets it. */
    readonly ended?: number;
    /** For an old version: when it ends before its memory. */
    readonly kept_until?: number;
    /** The end that all old versions got last, which a version made since may outlive: see lua/versions.lua. */
    readonly olds_end?: number | null;
    /** The vector is the caller's, of the content alone. */
    readonly own_vector?: true;
    /** Facet of the session whose last turn this was when it was written. */
    readonly turn?: string;
    readonly hash: string;
    /** How mneme itself made the content; see memory/model/made.ts for older records. */
    readonly made?: MadeBy;
    /** The record's schema: see src/redis/schemas.ts. Missing in records from before the second one. */
    readonly schema?: number;
    readonly terms?: number;
    readonly passages: number;
    /** Its part of the namespace's usage: see lua/usage.lua. */
    readonly bytes: number;
    readonly vector_bytes: number;
    /** Its vectors of a second model, while the store changes from one to the other: see lua/version-keys.lua. */
    readonly also?: { readonly model: string; readonly passages: number; readonly bytes: number };
    readonly embed_at?: number;
    /** When a sweep should compare it with what others wrote. */
    readonly corroborate_at?: number;
    /** When a sweep should look whether the verdicts on it were counted. */
    readonly feedback_at?: number;
    readonly publish_at?: number;
    /** Tokens of personal data that a stub's archived text shows: their originals must stay. */
    readonly tokens?: readonly string[];
    /** When something last changed of which no version is made: corroboration, quarantine, publication; or it was imported. */
    readonly changed_at?: number;
    /** When it came back from the archive last. */
    readonly restored_at?: number;
  };
}

export type StoredPublication = Omit<Publication, "namespace">;

/** The tombstone that remove.lua leaves of a published memory. */
export interface StoredRemains {
  readonly published: Readonly<Record<string, StoredPublication>>;
  readonly deleted_at: number;
}

export type StoredMemory = Omit<
  Memory,
  | "key"
  | "metadata"
  | "origin"
  | "fact"
  | "evidence"
  | "derived_from"
  | "source_trust"
  | "quarantined"
  | "superseded_by"
  | "importance"
  | "pinned"
  | "lifetime"
  | "archived"
> & {
  /** Missing if it has none. */
  readonly key?: string | undefined;
  readonly metadata: string;
  /** Missing if there is none; written by scripts after the first write. */
  readonly evidence?: StoredEvidence;
  readonly derived_from?: Memory["derived_from"];
  readonly source_trust?: number;
  readonly quarantined?: true;
  /** Set by lua/supersede.lua. */
  readonly superseded_by?: string;
  readonly importance?: number;
  readonly pinned?: boolean;
  readonly lifetime?: Lifetime;
  /** Missing if it isn't a copy. */
  readonly origin?: Origin | undefined;
  /** Likewise. */
  readonly fact?: Fact | undefined;
  /** Set by archive/lua/leave-stubs.lua. */
  readonly archived?: Omit<Archived, "whole">;
};

/** Numbers and flags are missing if they are 0 or false. */
export interface StoredEvidence {
  readonly confirmed?: number;
  readonly contradicted?: number;
  readonly used?: number;
  readonly useless?: number;
  readonly human?: boolean;
  readonly last?: FeedbackOutcome;
  readonly last_at?: number;
  /** Never empty: an empty array would come back from a script as an object. */
  readonly agents?: readonly string[];
  readonly since?: number;
}

/** Text that {@link encodeDocument} or a script of ours wrote, so its shape is known. */
export function parseStored<Shape>(json: string): Shape {
  return JSON.parse(json) as Shape;
}
