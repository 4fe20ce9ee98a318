import type { JsonObject, JsonValue } from "../domain/json.js";
import type { Fact } from "./facts/fact.js";

export const MEMORY_TYPES = ["episodic", "semantic", "procedural"] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

/**
 * How far a memory's vectors have come.
 *
 * - `complete`: every passage has its vector.
 * - `partial`: the first passage has one, the rest follow shortly.
 * - `pending`: none yet (the provider was away, or no embedder is configured); found by keyword meanwhile.
 * - `refused`: the provider refused this very content; found by keyword, and by the passages it took before.
 */
export const EMBEDDING_STATUSES = ["complete", "partial", "pending", "refused"] as const;
export type EmbeddingStatus = (typeof EMBEDDING_STATUSES)[number];

/** Where a published copy comes from. */
export interface Origin {
  readonly namespace: string;
  readonly id: string;
  /** The origin's version that the copy holds. */
  readonly version: number;
  /** The newest version of the origin that the copy has heard of: higher where it doesn't follow. */
  readonly latest_version: number;
  readonly published_by: string;
  readonly published_at: number;
  /** Whether revisions of the origin, and its end, are carried over; else they are only marked. */
  readonly follow: boolean;
  /** When the origin was deleted; null while it lives, or where it went by its time to live. */
  readonly deleted_at: number | null;
}

/** A namespace to which a memory was published. */
export interface Publication {
  readonly namespace: string;
  readonly follow: boolean;
  readonly published_by: string;
  readonly published_at: number;
  /** The memory's version that its copy there has heard of; 0 while the copy is on its way. */
  readonly version: number;
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
  /** When it happened or was said, by the caller's word; the time of recording unless told otherwise. */
  readonly timestamp: number;
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
  /** 0..1, as set at write. */
  readonly trust_score: number;
  /** Who wrote it: taken from the caller's credentials, never from the body. */
  readonly source_agent: string;
  /** 1 at first, one more with each revision. */
  readonly version: number;
  readonly recorded_at: number;
  /** When this version was recorded. */
  readonly updated_at: number;
  /** When the next version was recorded; null: this is the current one. */
  readonly superseded_at: number | null;
  /** Since when it is so in the world, and until when (not included); null: since or for ever. */
  readonly valid_from: number | null;
  readonly valid_to: number | null;
  /** How often the same content was written to this namespace, the first time included. */
  readonly seen_count: number;
  readonly last_seen_at: number;
  readonly expires_at: number | null;
  readonly embedding: { readonly status: EmbeddingStatus; readonly model: string | null };
  /** Null: this is no copy. */
  readonly origin: Origin | null;
  /** Null: what it says isn't given as a fact. */
  readonly fact: Fact | null;
}

/** The structured capture of one exchange, kept as it came beside the text derived from it. */
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
}

/** A memory with what only a read of that one memory returns. */
export interface MemoryDetail extends Memory {
  readonly interaction?: Interaction;
  readonly publications: readonly Publication[];
}
