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

export interface Near {
  readonly id: string;
  /** Cosine. */
  readonly similarity: number;
}

/** Compares new memories with what others wrote in their namespace, after the answer to the write. */
export interface CorroborationWorker {
  /** Soon, in this process. Whatever it doesn't get to, any process's sweep finds through the index. */
  finish(ref: MemoryRef): void;
  compare(ref: MemoryRef): Promise<void>;
  /** Stops after the memory at hand. */
  stop(): Promise<void>;
}
