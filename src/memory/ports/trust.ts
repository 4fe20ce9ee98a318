import type { Trail } from "../../access/trail.js";
import type { FeedbackOutcome, Memory } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";
import type { Vote } from "./agents.js";

/** What a caller found of a memory. */
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

/** What a new memory is compared with, to see who said the same. */
export interface Comparison {
  readonly memory: Memory;
  /** The nearest of its namespace and type, itself left out. */
  readonly near: readonly { readonly memory: Memory; readonly similarity: number }[];
}

/** Compares new memories with what others wrote in their namespace, after the answer to the write. */
export interface CorroborationWorker {
  /** Soon, in this process. Whatever it doesn't get to, any process's sweep finds through the index. */
  finish(ref: MemoryRef): void;
  compare(ref: MemoryRef): Promise<void>;
  /** Stops after the memory at hand. */
  stop(): Promise<void>;
}

/** What others said of memories, and who said the same. Rejects as `RecordStore` does. */
export interface TrustStore {
  /** Undefined: there is no such memory. `graceMs`: when a sweep should look whether its verdicts were counted. */
  noteFeedback(
    trail: Trail,
    ref: MemoryRef,
    said: Said,
    graceMs: number,
  ): Promise<{ readonly memory: Memory; readonly pending: PendingFeedback } | undefined>;
  /** Notes that these verdicts were counted. */
  settleFeedback(pending: PendingFeedback): Promise<void>;
  /** Memories whose verdicts should have been counted by now, of all namespaces. */
  pendingFeedback(now: number, limit: number): Promise<readonly PendingFeedback[]>;
  /** Lets a copy out of quarantine; undefined: there is no such memory. */
  release(trail: Trail, ref: MemoryRef): Promise<Memory | undefined>;
  /** Memories that should have been compared by now, of all namespaces. */
  pendingCorroborations(now: number, limit: number): Promise<readonly MemoryRef[]>;
  /** What a memory is to be compared with; `pending`: it has no vector yet; undefined: there is nothing to do. */
  comparisonOf(ref: MemoryRef, limit: number): Promise<Comparison | "pending" | undefined>;
  /** Notes that these say the same as the compared memory, and that it was compared. */
  corroborate(memory: Memory, others: readonly Memory[]): Promise<void>;
  postponeCorroboration(ref: MemoryRef, at: number): Promise<void>;
}
