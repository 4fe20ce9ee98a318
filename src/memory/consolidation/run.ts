import type { RememberInput } from "../remember/input.js";
import type { Source } from "../model/record.js";

export const STEPS = ["merge", "summarise", "facts", "procedures", "expire"] as const;
/**
 * In the order in which they are planned and done.
 *
 * - `merge`: semantic and procedural memories with the same wording become one.
 * - `summarise`: clusters of old episodes become semantic memories.
 * - `facts`: statements in episodes become facts.
 * - `procedures`: repeated feedback becomes a procedure.
 * - `expire`: memories that were unused for long get an end.
 */
export type Step = (typeof STEPS)[number];

/** The options of a run. */
export interface RunOptions {
  readonly steps: readonly Step[];
  /** Only plan. */
  readonly dry_run: boolean;
  /** Episodes younger than this stay as they are, by their timestamp. */
  readonly older_than_seconds: number;
  /** A memory that was neither written nor used for this long ends. */
  readonly unread_seconds: number;
  /** The most questions to a language model, and the most tokens of prompts and answers together. */
  readonly max_llm_calls: number;
  readonly max_llm_tokens: number;
}

/** What began a run: a caller's request, or the namespace's schedule. */
export type Trigger = "request" | "schedule";

/**
 * - `planning`, `running`, `undoing`: a worker has it, or will.
 * - `planned`: a dry run that is finished.
 * - `done`, `undone`, `failed`: finished.
 */
export type RunStatus = "planning" | "running" | "undoing" | "planned" | "done" | "undone" | "failed";

/** One run over one namespace. Times in milliseconds since the epoch. */
export interface Run {
  readonly id: string;
  readonly namespace: string;
  readonly options: RunOptions;
  readonly trigger: Trigger;
  /** The agent that requested it. */
  readonly agent: string;
  readonly status: RunStatus;
  readonly created_at: number;
  readonly finished_at: number | null;
  /** Number of the plan's actions, and how many of them are settled, or undone. */
  readonly planned: number;
  readonly settled: number;
  readonly llm_calls: number;
  readonly llm_tokens: number;
  /** How far its steps have come, as sequence numbers of memories. */
  readonly reached: Reached;
  /** Why it failed; stable. */
  readonly error: string | null;
}

/** Up to which memory steps have looked, by their sequence numbers. */
export type Reached = Partial<Readonly<Record<Step, number>>>;

/** Sources of actions that were left, for the next run to look at again; by step. */
export type Again = Partial<Readonly<Record<Step, readonly string[]>>>;

/** The method that made a text. */
export interface Made {
  readonly method: "deterministic" | "llm";
  readonly model: string | null;
  /** Why the language model didn't write it; null if it did or wasn't asked. */
  readonly because: LlmFailure | "budget" | "ungrounded" | null;
}

/** Why a language model gave nothing usable. Stable: it stands in what is written instead. */
export type LlmFailure = "timeout" | "refused" | "malformed" | "unavailable";

/** One part of a plan: what is made of which sources. */
export interface Action {
  readonly step: Step;
  /** Versions as they were when it was planned: what was changed since is left alone. */
  readonly sources: readonly Source[];
  /** Undefined: a language model is to write it first. */
  readonly draft?: Draft;
  readonly result?: ActionResult;
}

/**
 * The memories that an action writes. Kept before they are written, so that after a crash the next worker writes the
 * same, under the same ids.
 */
export interface Draft {
  readonly memories: readonly DraftMemory[];
  readonly made: Made;
  /** Sources that leave recall, because the first of the memories supersedes them. */
  readonly supersede: readonly Source[];
}

/** A memory that will be written. Times are milliseconds since the epoch. */
export interface DraftMemory extends Omit<RememberInput, "embedding" | "interaction"> {
  readonly id: string;
}

export interface ActionResult {
  /** `skipped`: its sources have changed, or nothing came of it. */
  readonly status: "done" | "skipped" | "undone";
  /** Why it was skipped. */
  readonly reason: "changed" | "nothing" | "quota" | "refused" | null;
  /** Memories that it made. */
  readonly made: readonly string[];
  /** Memories that said so already. */
  readonly found: readonly string[];
  readonly superseded: readonly string[];
  /** Memories that the undoing kept, because they were changed since. */
  readonly kept?: readonly string[];
  readonly method: Made["method"];
  readonly because: Made["because"];
}
