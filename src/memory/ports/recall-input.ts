import type { MemoryFilter } from "../conditions/filter.js";
import type { Recency } from "./lifecycle.js";

export type RecallMode = "hybrid" | "vector" | "keyword";

export type Retriever = "keyword" | "vector";

/**
 * What a recall could do without. `ranking`: what times, sessions and links add to scores. `hits`: something was found, and
 * couldn't be read in time. `rerank`: the reranker's order. `turns`: those
 * around hits. `receipt`: it wasn't kept in time.
 */
export type Degraded = LessFound | "archive" | "turns" | "receipt";

/** What changes which hits there are, and their order. */
export type LessFound = Retriever | "ranking" | "hits" | "rerank";

export type FusionMethod =
  | { readonly method: "auto" }
  | { readonly method: "rrf"; readonly k: number; readonly weights: FusionWeights };

/**
 * `scores`: all are searched together, as one pattern would be, so the order of the request means nothing. `rrf`: each
 * is searched by itself, and the lists are merged by reciprocal rank fusion.
 */
export type NamespaceMerge = "scores" | "rrf";

export interface RecallInput {
  readonly query: string;
  /** The query's vector, where the caller has it already. */
  readonly embedding?: Float32Array | undefined;
  readonly embedding_model?: string | undefined;
  /** Namespaces, or patterns of them such as `acme.shared.**`. */
  readonly namespaces: readonly string[];
  /** How lists of several namespaces are merged; default `scores`. */
  readonly merge?: NamespaceMerge | undefined;
  readonly filter: MemoryFilter;
  readonly limit: number;
  readonly mode: RecallMode;
  readonly fusion: FusionMethod;
  readonly min_score?: number | undefined;
  /** A filter on absolute relevance. Nothing less relevant takes the place of a hit that it removes. */
  readonly min_relevance?: number | undefined;
  /** A filter on trust, regardless of how well a memory fits. */
  readonly min_trust?: number | undefined;
  /** Weight of trust in the order: see `weighted`. Default: {@link TRUST_WEIGHT}. */
  readonly trust_weight?: number | undefined;
  /** Weight of a procedure's outcomes: see `reinforced`. Default: {@link OUTCOME_WEIGHT}. */
  readonly outcome_weight?: number | undefined;
  /** Weight of the time that the query names: see `boostByTime`. Default: {@link TIME_WEIGHT}. */
  readonly time_weight?: number | undefined;
  /** Weight of other hits of the same session: see `boostBySession`. Default: {@link SESSION_WEIGHT}. */
  readonly session_weight?: number | undefined;
  /** Weight of whose words a memory begins with: see `boostBySpeaker`. Default: {@link SPEAKER_WEIGHT}. */
  readonly speaker_weight?: number | undefined;
  /** Weight and half-life of recency; undefined: as configured. */
  readonly recency?: Recency | undefined;
  /** Recorded time: versions that were current then; undefined: now. Milliseconds since the epoch. */
  readonly as_of?: number | undefined;
  /** Valid time: what was true then; undefined: at `as_of`, or now; `any`: at any time. */
  readonly valid_at?: number | "any" | undefined;
  /** False: the hits don't count as used. Recalls of the past never count. */
  readonly touch?: boolean | undefined;
  /** Puts the contents back into archived hits, as far as they can be read in time. */
  readonly include_archive?: boolean | undefined;
  /** The most tokens of the contents and excerpts of all hits together: see `fitTokens`. */
  readonly budget_tokens?: number | undefined;
  /**
   * `keep`: memories that say the same are hits each; undefined: the best is, and names the others. Only in receipts
   * of releases before this was there, undefined means that each was a hit.
   */
  readonly duplicates?: "group" | "keep" | undefined;
  /** Turns before and after a hit of a session that ride along: see `withTurnsBeside`. */
  readonly context_turns?: number | undefined;
  /** Has the reranker order the first `depth` hits: see `rerankHits`. Undefined: it isn't asked. */
  readonly rerank?: { readonly depth: number } | undefined;
  /**
   * `entities`: facts about the entities that the query names are a list of their own. `hops`: so are facts that chains
   * lead to from there, see `walkLinks`. `none`: neither. Undefined: chains, where the question asks along one. Hybrid
   * recall only.
   */
  readonly expand?: "entities" | "none" | { readonly hops: number } | undefined;
}

/**
 * The trust weight of the default fusion; measured in docs/trust.md. A single list and reciprocal rank fusion have no
 * default weight: their scores stay plain.
 */
export const TRUST_WEIGHT = 0.01;

/**
 * The outcome weight of the default fusion: a procedure that always worked passes an untried one that fits a tenth
 * better.
 */
export const OUTCOME_WEIGHT = 0.1;

/** The weight of a named time in the default fusion; from .4 to 1 measures about the same. */
export const TIME_WEIGHT = 0.5;

/** The weight of a session's best other hit in the default fusion; from .15 to .3 measures about the same. */
export const SESSION_WEIGHT = 0.2;

/** The weight of the speaker that a question is about, in the default fusion; from .05 to .15 measures about the same. */
export const SPEAKER_WEIGHT = 0.1;

export interface FusionWeights {
  readonly keyword: number;
  readonly vector: number;
  readonly entities: number;
}
