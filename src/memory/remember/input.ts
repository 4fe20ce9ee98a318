import type { FactInput } from "../model/fact.js";
import type { MadeBy } from "../model/made.js";
import type { Evidence, Interaction, MemoryType } from "../model/record.js";
import type { JsonObject } from "../../domain/json.js";
import type { SourceRef } from "./derive.js";

export interface RememberInput {
  /** Undefined: what its fact says, in words. */
  readonly content?: string | undefined;
  /** Only a semantic memory has one. */
  readonly fact?: FactInput | undefined;
  readonly memory_type: MemoryType;
  readonly agent_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly trust_score?: number | undefined;
  /** Versions of memories of the same namespace that it was made from. */
  readonly derived_from?: readonly SourceRef[] | undefined;
  readonly importance?: number | undefined;
  readonly pinned?: boolean | undefined;
  /** When it is so in the world: from, and until (not included). */
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
  /** null: for ever; undefined: as configured for the type. */
  readonly ttl_seconds?: number | null | undefined;
  /** In its place, where mneme itself stores it: when it ends, milliseconds since the epoch. */
  readonly ends?: number | undefined;
  /** The caller's own vector of the whole content. */
  readonly embedding?: Float32Array | undefined;
  /** The model that made it; must be the one in use. */
  readonly embedding_model?: string | undefined;
  readonly interaction?: Interaction | undefined;
  /** What makes two inputs the same memory, where mneme itself stores it; else what {@link identityHash} compares. */
  readonly identity?: string | undefined;
  /** What scopes it in the place of agent, session and metadata, where mneme itself stores it. */
  readonly scope?: JsonObject | undefined;
  /** What others said of what it says, where mneme itself stores it anew. */
  readonly evidence?: Evidence | undefined;
  /** Who said it, where mneme itself stores it; the caller unless told otherwise. */
  readonly source_agent?: string | undefined;
  /** How mneme itself made it; undefined: a caller wrote it, or it is a fact. */
  readonly made?: MadeBy | undefined;
  /** What it is trusted at most for who said it, where mneme itself stores what others said. */
  readonly source_trust?: number | undefined;
}
