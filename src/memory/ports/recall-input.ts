import type { MemoryFilter } from "../conditions/filter.js";
import type { Recency } from "./lifecycle.js";

export type RecallMode = "hybrid" | "vector" | "keyword";

export type Retriever = "keyword" | "vector";

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
  /** How several of them are joined; `scores` unless given. */
  readonly merge?: NamespaceMerge | undefined;
  readonly filter: MemoryFilter;
  readonly limit: number;
  readonly mode: RecallMode;
  readonly fusion: FusionMethod;
  readonly min_score?: number | undefined;
  /** A filter: what is less relevant, in absolute terms, is left out, and nothing worse takes its place. */
  readonly min_relevance?: number | undefined;
  /** A filter: what is trusted less is left out, however well it fits. */
  readonly min_trust?: number | undefined;
  /** How much trust counts in the order: see `weighted`. Undefined: as {@link TRUST_WEIGHT} says. */
  readonly trust_weight?: number | undefined;
  /** How much a procedure's outcomes count: see `reinforced`. Undefined: as {@link OUTCOME_WEIGHT} says. */
  readonly outcome_weight?: number | undefined;
  /** How much it counts how old a memory is; undefined: as configured. */
  readonly recency?: Recency | undefined;
  /** What was recorded and not superseded then; undefined: now. Milliseconds since the epoch. */
  readonly as_of?: number | undefined;
  /** What was so in the world then; undefined: at `as_of`, or now; `any`: whenever it was so. */
  readonly valid_at?: number | "any" | undefined;
  /** False: it isn't noted that the hits were used. It never is as of the past. */
  readonly touch?: boolean | undefined;
  /** `entities`: facts about the entities that the query names are a list of their own. Hybrid recall only. */
  readonly expand?: "entities" | undefined;
}

/**
 * Of the default fusion; measured in docs/trust.md. Who asks for one list, or for reciprocal rank fusion, gets the
 * scores of just that unless a weight is asked for too.
 */
export const TRUST_WEIGHT = 0.01;

/** Of the default fusion, likewise: a procedure that always worked passes an untried one that fits a tenth better. */
export const OUTCOME_WEIGHT = 0.1;

export interface FusionWeights {
  readonly keyword: number;
  readonly vector: number;
  readonly entities: number;
}
