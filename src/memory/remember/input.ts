import type { FactInput } from "../model/fact.js";
import type { MadeBy } from "../model/made.js";
import type { Evidence, Interaction, MemoryType } from "../model/record.js";
import type { JsonObject } from "../../domain/json.js";
import type { SourceRef } from "./derive.js";

export interface RememberInput {
  /** Undefined: what its fact says, in words. */
  readonly content?: string | undefined;
  /** For semantic memories only. */
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
  /** Valid time: start, and end (exclusive). */
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
  /** null: no expiry; undefined: as configured for the type. */
  readonly ttl_seconds?: number | null | undefined;
  /** Set by mneme only, in place of the time to live: the end, milliseconds since the epoch. */
  readonly ends?: number | undefined;
  /** The caller's own vector of the whole content. */
  readonly embedding?: Float32Array | undefined;
  /** The model that made it; must be the one in use. */
  readonly embedding_model?: string | undefined;
  readonly interaction?: Interaction | undefined;
  /** Set by mneme only: the memory's identity; else {@link identityHash} computes it. */
  readonly identity?: string | undefined;
  /** Set by mneme only: the scope, in place of agent, session and metadata. */
  readonly scope?: JsonObject | undefined;
  /** Set by mneme only, when it remakes a memory: what others said of its statement. */
  readonly evidence?: Evidence | undefined;
  /** Set by mneme only: the author; by default the caller. */
  readonly source_agent?: string | undefined;
  /** How mneme made it; undefined: a caller wrote it, or it is a fact. */
  readonly made?: MadeBy | undefined;
  /** Set by mneme only, for the words of several agents: the upper bound of trust by their accuracy. */
  readonly source_trust?: number | undefined;
  /** Set by mneme only: see {@link NewMemory.operation}. */
  readonly operation?: string | undefined;
}
