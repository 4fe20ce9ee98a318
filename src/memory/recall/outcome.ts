import type { Judged } from "../trust/judge.js";
import type { RelevanceParts } from "./relevance.js";
import type { Found } from "./fusion.js";
import type { Recorded } from "../ports/records.js";
import type { Memory } from "../model/record.js";
import type { Outcomes } from "../trust/wilson.js";
import type { Retriever } from "../ports/recall-input.js";
import type { KeywordQuery } from "../text/terms.js";

export interface RecallHit {
  readonly memory: Judged;
  readonly score: number;
  /** How well it fits the query, whatever else was found. */
  readonly relevance: RelevanceParts;
  /** How much of the score its trust adds, or takes when below 0. */
  readonly trustAdds: number;
  /** Undefined: it is no procedure. */
  readonly strength: StrengthPart | undefined;
  readonly found: Found;
  /** Where else among the searched namespaces this memory stands: as its origin, or as a published copy. */
  readonly alsoIn: readonly string[];
  /** Id of the memory that was found, where this one stands for it; of several the one of the excerpt. */
  readonly via: string | null;
  /** What `via` says on the query and this memory doesn't: see `sourceExcerpt`. */
  readonly excerpt: string | null;
  /** `via`, and those that led from it to this one. */
  readonly behind: readonly Memory[];
}

/** What its outcomes make of a procedure's score. */
export interface StrengthPart extends Outcomes {
  readonly strength: number;
  /** How much of the score it adds, or takes when below 0. */
  readonly adds: number;
}

export interface RecallOutcome {
  readonly hits: readonly RecallHit[];
  /** A hint: whether one of the hits is relevant enough to hold an answer. */
  readonly answerable: boolean;
  /** Retrievers that were unavailable. */
  readonly degraded: readonly Retriever[];
  readonly terms: KeywordQuery | undefined;
  /** Terms of a long query that were not looked for. */
  readonly leftOut: readonly string[];
  /** As of when; in milliseconds since the epoch. */
  readonly at: number;
  /** What the audit trails say of it. */
  readonly recorded: readonly Recorded[];
}

/** How relevant a memory is by which `found` stands, with the memory by which that was found. */
export type JudgeRelevance = (found: Found, texts: readonly string[]) => RelevanceParts;
