import type { Judged } from "../trust/judge.js";
import type { Duplicate } from "./duplicates.js";
import type { RelevanceParts } from "./relevance.js";
import type { Found } from "./fusion.js";
import type { AskedTime } from "./time-boost.js";
import type { Recorded } from "../ports/records.js";
import type { Memory } from "../model/record.js";
import type { Outcomes } from "../trust/wilson.js";
import type { Degraded, RecallInput } from "../ports/recall-input.js";
import type { KeywordQuery } from "../text/terms.js";
import type { WalkedHop } from "./walk-links.js";

export interface RecallHit {
  readonly memory: Judged;
  readonly score: number;
  /** How well it fits the query, independent of other hits. */
  readonly relevance: RelevanceParts;
  /** The part of the score that its trust adds; negative if it takes away. */
  readonly trustAdds: number;
  /** Undefined: it isn't a procedure. */
  readonly strength: StrengthPart | undefined;
  readonly found: Found;
  /** Other searched namespaces that hold this memory: as its origin, or as a published copy. */
  readonly alsoIn: readonly string[];
  /** Other memories that would have been hits, and say the same: see `withoutDuplicates`. */
  readonly duplicates: readonly Duplicate[];
  /** Id of the memory that was found, if this one supersedes it; of several, the one of the excerpt. */
  readonly via: string | null;
  /** The part of `via` that answers the query and isn't in this memory: see `sourceExcerpt`. */
  readonly excerpt: string | null;
  /** `via`, and those that led from it to this one. */
  readonly behind: readonly Memory[];
  /** The extract that supersedes it, and isn't shown in its place: see `replaces`. */
  readonly extract: Memory | undefined;
  /** Turns of its session before and after it, in order; undefined: none is shown. */
  readonly turns?: readonly BesideTurn[];
  /** What the reranker said, and its place before that, from 1. */
  readonly reranked?: { readonly score: number; readonly from: number };
  /** What is shown in place of the content, where a budget of tokens doesn't hold it whole. */
  readonly shortened?: string;
}

/** A turn beside a hit. */
export interface BesideTurn {
  /** Turns after the hit; negative: before it. */
  readonly offset: number;
  readonly memory: Judged;
}

/** The effect of its outcomes on a procedure's score. */
export interface StrengthPart extends Outcomes {
  readonly strength: number;
  /** The part of the score that it adds; negative if it takes away. */
  readonly adds: number;
}

/** A hit that the budget left no room for. */
export interface OmittedHit extends RecallHit {
  /** What it would have taken. */
  readonly tokens: number;
}

export interface Fitted {
  readonly hits: readonly RecallHit[];
  readonly omitted: readonly OmittedHit[];
  /** Of the contents and excerpts of `hits`. */
  readonly tokens: number;
}

export interface RecallOutcome {
  readonly hits: readonly RecallHit[];
  /** Hits and tokens by the request's budget of tokens; undefined: it has none. */
  readonly budget?: Pick<Fitted, "omitted" | "tokens"> | undefined;
  /** A hint: whether one of the hits is relevant enough to hold an answer. */
  readonly answerable: boolean;
  /** What was unavailable. */
  readonly degraded: readonly Degraded[];
  readonly terms: KeywordQuery | undefined;
  /** Terms of a long query that were not looked for. */
  readonly leftOut: readonly string[];
  /** What the query says about time; undefined: nothing, or it doesn't count. */
  readonly asked: AskedTime | undefined;
  /** What each hop along chains of facts read; empty: there was no walk. */
  readonly hops: readonly WalkedHop[];
  /** The recall's moment, in milliseconds since the epoch. */
  readonly at: number;
  /** Its entries in the audit trails. */
  readonly recorded: readonly Recorded[];
  /** Whether facts about named entities, or along chains from them, were a list of their own. */
  readonly expanded: boolean;
  /** There was no time for any search, so there is nothing of which a receipt could be kept. */
  readonly cutOff?: boolean;
  /** What was searched for: without the personal data that the namespaces don't keep. */
  readonly request: RecallInput;
}

/** The relevance by which `found` is ranked, with the memory that it was found by. */
export type JudgeRelevance = (found: Found, texts: readonly string[]) => Promise<RelevanceParts>;
