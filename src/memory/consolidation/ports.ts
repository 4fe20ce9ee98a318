import type { Trail } from "../../access/trail.js";
import type { Source } from "../model/record.js";
import type { Action, Again, LlmFailure, Reached, Run, RunOptions, RunStatus, Trigger } from "./run.js";

/** A run that a worker has claimed. A newer claim has a higher fencing token, and an older one can't go on. */
export interface Claim {
  readonly run: Run;
  readonly fence: number;
  /** How far steps have come in earlier runs: sequence numbers of memories. */
  readonly reached: Reached;
  readonly again: Again;
}

export type Begun =
  /** `id`: another one than asked for if the operation had begun it already. */
  | { readonly kind: "begun"; readonly id: string }
  /** `id` is running in the namespace. */
  | { readonly kind: "busy"; readonly id: string }
  | { readonly kind: "missing" }
  /** Only a finished run can be undone, once. */
  | { readonly kind: "unfit"; readonly status: RunStatus }
  /** Another process began the scheduled run, or the schedule was changed. */
  | { readonly kind: "outdated" };

export interface NewRun {
  readonly namespace: string;
  readonly id: string;
  readonly options: RunOptions;
  readonly trigger: Trigger;
  readonly agent: string;
  /** For the schedule: when this run was due, and when the next one is. */
  readonly schedule?: { readonly due: number; readonly next: number | undefined };
}

/** The work behind a claim. */
export type Work =
  | { readonly kind: "run"; readonly claim: Claim }
  /** The schedule's time has come. */
  | { readonly kind: "schedule"; readonly due: number };

/** The changes of a run while it works. */
export interface Progress {
  readonly status?: RunStatus;
  readonly planned?: number;
  readonly settled?: number;
  readonly llm_calls?: number;
  readonly llm_tokens?: number;
  readonly reached?: Reached;
}

export interface Settlement {
  readonly index: number;
  /** Its result's `superseded` is for the store to fill in. */
  readonly action: Action;
  /** The memory that supersedes the sources; undefined: none does, and they end by `ends` at the latest. */
  readonly target: string | undefined;
  readonly ends: number | undefined;
  /** Recall doesn't find the superseding memory through them. */
  readonly hidden: boolean;
  readonly sources: readonly Source[];
}

/** Every method rejects with `redis_unavailable` when the store can't be reached. `lost`: another one holds the claim. */
export interface ConsolidationStore {
  begin(trail: Trail, run: NewRun): Promise<Begun>;
  beginUndo(trail: Trail, namespace: string, id: string): Promise<Begun>;
  /** Reads a run with some of its actions, from `from` (counted from 0). */
  read(
    trail: Trail,
    namespace: string,
    id: string,
    from: number,
    limit: number,
  ): Promise<{ readonly run: Run; readonly actions: readonly Action[] } | undefined>;
  /** The latest first. */
  list(trail: Trail, namespace: string, limit: number): Promise<readonly Run[]>;
  /** Namespaces with due work. */
  due(now: number, limit: number): Promise<readonly string[]>;
  /** Lets a namespace be due only then, milliseconds since the epoch. */
  standBack(namespace: string, at: number): Promise<void>;
  claim(namespace: string, leaseMs: number): Promise<Work | undefined>;
  /** Actions of a claimed run. */
  actions(claim: Claim, from: number, limit: number): Promise<readonly Action[]>;
  progress(claim: Claim, leaseMs: number, progress: Progress): Promise<"kept" | "lost">;
  /** The plan from an action on, in place of what was planned there. */
  plan(
    claim: Claim,
    leaseMs: number,
    from: number,
    actions: readonly Action[],
    progress: Progress,
  ): Promise<"kept" | "lost">;
  keep(
    claim: Claim,
    leaseMs: number,
    index: number,
    action: Action,
    progress: Progress,
  ): Promise<"kept" | "lost">;
  /** Takes the sources out of recall; with the ids of those that were. */
  settle(trail: Trail, claim: Claim, settlement: Settlement): Promise<readonly string[] | "lost" | "missing">;
  /** Brings superseded memories back. */
  reinstate(
    trail: Trail,
    claim: Claim,
    made: readonly string[],
    superseded: readonly string[],
  ): Promise<"reinstated" | "lost">;
  finish(
    claim: Claim,
    status: RunStatus,
    error: string | undefined,
    seen: { readonly reached: Reached; readonly again: Again },
  ): Promise<"kept" | "lost">;
  /** Lets go of it for a while. */
  postpone(claim: Claim, ms: number): Promise<void>;
}

/** A memory's text as consolidation reads it. */
export interface Excerpt {
  readonly id: string;
  /** When it was said, milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  /** The name of the user who speaks in it; undefined: unknown. */
  readonly user?: string | undefined;
}

/** A language model's summary of a cluster of memories. */
export interface WrittenSummary {
  /** Each with the places (from 0) of the excerpts that say so. */
  readonly statements: readonly { readonly text: string; readonly sources: readonly number[] }[];
}

export interface WrittenFact {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** 0..1. */
  readonly confidence: number;
  /** The place of the excerpt that says so. */
  readonly source: number;
}

export interface LlmAnswer<Value> {
  readonly value: Value;
  readonly model: string;
  /** Tokens of prompt and answer together, by the provider's count. */
  readonly tokens: number;
}

/** Questions to a language model. Both methods reject with a {@link LlmFailed} if it gives nothing usable. */
export interface Consolidator {
  /** The most tokens that one call may cost, prompt and answer together. */
  readonly maxCallTokens: number;
  summarise(excerpts: readonly Excerpt[]): Promise<LlmAnswer<WrittenSummary>>;
  extractFacts(excerpts: readonly Excerpt[]): Promise<LlmAnswer<readonly WrittenFact[]>>;
}

export class LlmFailed extends Error {
  override readonly name = "LlmFailed";
  readonly reason: LlmFailure;
  /** Tokens spent on the failed question, as far as known. */
  readonly tokens: number;

  constructor(reason: LlmFailure, tokens: number) {
    super(`the language model gave nothing usable: ${reason}`);
    this.reason = reason;
    this.tokens = tokens;
  }
}
