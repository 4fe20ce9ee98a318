import type { JsonObject, JsonValue } from "../../domain/json.js";
import type { Fact } from "./fact.js";

export const MEMORY_TYPES = ["episodic", "semantic", "procedural"] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

/**
 * The state of a memory's vectors.
 *
 * - `complete`: every passage has its vector.
 * - `partial`: the first passage has one, the rest follow shortly.
 * - `pending`: none yet (the provider was down, or no embedder is configured); found by keyword until then.
 * - `refused`: the provider refused this very content; found by keyword, and by the passages that it accepted before.
 */
export const EMBEDDING_STATUSES = ["complete", "partial", "pending", "refused"] as const;
export type EmbeddingStatus = (typeof EMBEDDING_STATUSES)[number];

/** Origin of a published copy; null for other memories. */
export interface Origin {
  readonly namespace: string;
  readonly id: string;
  /** The origin's version that the copy holds. */
  readonly version: number;
  /** The newest origin version that the copy knows of: higher than `version` if it doesn't follow. */
  readonly latest_version: number;
  readonly published_by: string;
  /** All publishers of the copy: none of them may let it out of quarantine. Missing in copies of earlier releases. */
  readonly publishers?: readonly Publisher[];
  readonly published_at: number;
  /** Whether revisions of the origin, and its end, are carried over. Otherwise the copy is only marked as outdated. */
  readonly follow: boolean;
  /** When the origin was deleted; null while it lives, or where it went by its time to live. */
  readonly deleted_at: number | null;
}

export interface Publisher {
  readonly agent: string;
  /** Missing if there is none. */
  readonly key?: string;
}

/** A namespace to which a memory was published. */
export interface Publication {
  readonly namespace: string;
  readonly follow: boolean;
  readonly published_by: string;
  /** The publisher's API key; missing if there is none. */
  readonly published_by_key?: string | undefined;
  readonly published_at: number;
  /** The memory's version that its copy there knows of; 0 while the copy is on its way. */
  readonly version: number;
}

/** The outcomes of using a memory. The first two are a verdict on its statement, the others on its use. */
export const FEEDBACK_OUTCOMES = ["confirmed", "contradicted", "used", "useless"] as const;
export type FeedbackOutcome = (typeof FEEDBACK_OUTCOMES)[number];

/** What others have said of a memory's statement. A revision that changes the statement starts it empty. */
export interface Evidence {
  /** Number of callers with each outcome; each caller counts once. */
  readonly counts: Readonly<Record<FeedbackOutcome, number>>;
  /** The last verdict of a human was a confirmation. */
  readonly human_confirmed: boolean;
  readonly last_outcome: FeedbackOutcome | null;
  readonly last_feedback_at: number | null;
  /** Agents other than the author that said the same, each once; the first {@link MAX_CORROBORATORS}. */
  readonly corroborated_by: readonly string[];
  /** When its present statement was made, or last made again before a merge; null: at its timestamp. */
  readonly since: number | null;
}

/** Five are all that count: see `trustOf`. */
export const MAX_CORROBORATORS = 32;

export const NO_EVIDENCE: Evidence = {
  counts: { confirmed: 0, contradicted: 0, used: 0, useless: 0 },
  human_confirmed: false,
  last_outcome: null,
  last_feedback_at: null,
  corroborated_by: [],
  since: null,
};

/** A version of a memory of the same namespace that another one was made from. */
export interface Source {
  readonly id: string;
  readonly version: number;
}

/** The time to live from which a memory's end is computed, and its origin: the writer, or the default of the type. */
export interface Lifetime {
  /** null: no expiry. */
  readonly seconds: number | null;
  readonly by: "ttl" | "type";
}

/** One version of a memory, as the domain sees it. Times are milliseconds since the epoch. */
export interface Memory {
  readonly id: string;
  readonly namespace: string;
  /** The caller's own name for it, unique in its namespace; null: it has none. */
  readonly key: string | null;
  readonly memory_type: MemoryType;
  readonly content: string;
  readonly agent_id: string | null;
  readonly session_id: string | null;
  /** When it happened or was said, as the caller gave it; by default the time of recording. */
  readonly timestamp: number;
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
  /** 0..1, as set at write: what its trust can't exceed. */
  readonly trust_score: number;
  readonly derived_from: readonly Source[];
  /**
   * The lowest trust among what it was derived from, when it was written, or the lowest accuracy of several agents who
   * said it; null: neither.
   */
  readonly source_trust: number | null;
  readonly evidence: Evidence;
  /** A published copy that its namespace doesn't trust yet: no recall and no list finds it. */
  readonly quarantined: boolean;
  /** 0..1: how much longer it lives than its type does, see `importanceFactor`. */
  readonly importance: number;
  /** Whether the memory is exempt from expiry and forget policies. */
  readonly pinned: boolean;
  readonly lifetime: Lifetime;
  /** What prolonged its life last: a use, or another sighting; null: nothing did. */
  readonly prolonged_by: "use" | "seen" | null;
  /** The author, taken from the caller's credentials, never from the body. */
  readonly source_agent: string;
  /** 1 at first, one more with each revision. */
  readonly version: number;
  readonly recorded_at: number;
  /** When this version was recorded. */
  readonly updated_at: number;
  /** When the next version was recorded, or another memory superseded it; null: this is the current one. */
  readonly superseded_at: number | null;
  /** The memory that supersedes it; null: none does. */
  readonly superseded_by: string | null;
  /** Valid time: start, and end (exclusive); null: unbounded. */
  readonly valid_from: number | null;
  readonly valid_to: number | null;
  /** Number of times that the same content was written to this namespace, including the first. */
  readonly seen_count: number;
  readonly last_seen_at: number;
  readonly expires_at: number | null;
  readonly embedding: { readonly status: EmbeddingStatus; readonly model: string | null };
  /** Null: this isn't a copy. */
  readonly origin: Origin | null;
  /** Null: this isn't a fact. */
  readonly fact: Fact | null;
  /** Null: it isn't archived. */
  readonly archived: Archived | null;
}

/** Where the whole of an archived memory is. Without it, `content` is only its beginning, and there is no interaction. */
export interface Archived {
  readonly at: number;
  readonly segment: string;
  /** The content was read from the segment. */
  readonly whole: boolean;
}

/** The fields of a first version that no caller sets and no copy carries. */
export function firstVersion(now: number) {
  return {
    key: null,
    derived_from: [],
    source_trust: null,
    evidence: NO_EVIDENCE,
    quarantined: false,
    prolonged_by: null,
    version: 1,
    recorded_at: now,
    updated_at: now,
    superseded_at: null,
    superseded_by: null,
    seen_count: 1,
    last_seen_at: now,
    origin: null,
    fact: null,
    archived: null,
  } satisfies Partial<Memory>;
}

/** The structured capture of one exchange, stored verbatim next to the text derived from it. */
export interface Interaction {
  readonly input: JsonValue;
  readonly reasoning?: JsonValue | undefined;
  readonly tool_calls?: readonly ToolCall[] | undefined;
  readonly response?: JsonValue | undefined;
  readonly feedback?: JsonValue | undefined;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments?: JsonValue | undefined;
  readonly result?: JsonValue | undefined;
  readonly error?: JsonValue | undefined;
  /** Other fields that a provider gives. */
  readonly [more: string]: JsonValue | undefined;
}

/** A memory with what only a read of that one memory returns. */
export interface MemoryDetail extends Memory {
  readonly interaction?: Interaction;
  /** Undefined as of the past. */
  readonly uses?: Uses;
  readonly publications: readonly Publication[];
}

/** The number of uses of a memory, and the last one's time (milliseconds since the epoch). */
export interface Uses {
  readonly count: number;
  readonly lastAt: number | null;
}
