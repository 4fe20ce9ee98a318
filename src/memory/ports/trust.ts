import type { Trail } from "../../access/trail.js";
import type { FeedbackOutcome, Memory } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";
import type { Vote } from "./agents.js";

/** A caller's feedback on a memory. */
export interface Said {
  readonly outcome: FeedbackOutcome;
  readonly by: "human" | "agent";
  readonly agent: string;
  /** A human's confirmation lets a copy out of quarantine. */
  readonly releases: boolean;
}

/** Verdicts on a memory that aren't counted for its author yet. */
export interface PendingFeedback extends MemoryRef {
  readonly author: string;
  readonly votes: readonly Vote[];
}

/** A new memory and the candidates that may corroborate it or be corroborated by it. */
export interface Comparison {
  readonly memory: Memory;
  /** The nearest memories of its namespace and type, without itself. */
  readonly near: readonly { readonly memory: Memory; readonly similarity: number }[];
}

/** Compares new memories with what others wrote in their namespace, after the answer to the write. */
export interface CorroborationWorker {
  /** Compares soon, in this process. Any process's sweep finds the rest through the index. */
  finish(ref: MemoryRef): void;
  compare(ref: MemoryRef): Promise<void>;
  /** Stops after the memory at hand. */
  stop(): Promise<void>;
}

/** Feedback on memories, and corroborations. Rejects as `RecordStore` does. */
export interface TrustStore {
  /**
   * Undefined: there is no such memory. `graceMs`: delay after which a sweep checks whether its verdicts were counted.
   */
  noteFeedback(
    trail: Trail,
    ref: MemoryRef,
    said: Said,
    graceMs: number,
  ): Promise<{ readonly memory: Memory; readonly pending: PendingFeedback } | undefined>;
  /** Notes that these verdicts were counted. */
  settleFeedback(pending: PendingFeedback): Promise<void>;
  /** Memories with overdue verdicts, in all namespaces. */
  pendingFeedback(now: number, limit: number): Promise<readonly PendingFeedback[]>;
  postponeFeedback(ref: MemoryRef, at: number): Promise<void>;
  /** Lets a copy out of quarantine; undefined: there is no such memory. */
  release(trail: Trail, ref: MemoryRef): Promise<Memory | undefined>;
  /** Memories that are overdue for a comparison, in all namespaces. */
  pendingCorroborations(now: number, limit: number): Promise<readonly MemoryRef[]>;
  /**
   * The comparison that a memory needs, by vectors of a model; without a model, with nothing. `pending`: it has no vector
   * yet; undefined: none.
   */
  comparisonOf(
    ref: MemoryRef,
    limit: number,
    model: string | undefined,
  ): Promise<Comparison | "pending" | undefined>;
  /** Notes that these memories say the same as the compared one, and that the comparison is done. */
  corroborate(memory: Memory, others: readonly Memory[]): Promise<void>;
  postponeCorroboration(ref: MemoryRef, at: number): Promise<void>;
}
