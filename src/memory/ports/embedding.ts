import type { MemoryRef, Vectors } from "../model/ref.js";
import type { Memory } from "../model/record.js";

/** Finishes what a write left to do: the further passages of long contents, and what the provider missed. */
export interface EmbeddingWorker {
  /** Embeds soon, in this process. Any process's sweep finds the rest through the index. */
  finish(memory: PendingEmbedding): void;
  /** Stops after the memory at hand. */
  stop(): Promise<void>;
}

export interface EmbeddingProgress {
  readonly ref: MemoryRef;
  /** Nothing is written if the memory has another version now. */
  readonly version: number;
  /** The predecessor's context, as it was embedded; nothing is written if the predecessor no longer provides it. */
  readonly context: string;
  /** The content, as it was embedded; nothing is written if a rewriting has replaced it, which makes no version. */
  readonly content: string;
  /** It is an old version. */
  readonly old?: boolean;
  /** Undefined: nothing is known yet. */
  readonly outcome:
    | {
        readonly model: string;
        readonly status: "complete" | "refused";
        /** None if it was refused. */
        readonly vectors: Vectors;
      }
    | undefined;
  /** When a sweep should look at it again; undefined: never; `keep`: as it is. */
  readonly embedAt: number | "keep" | undefined;
}

export interface PendingEmbedding extends MemoryRef {
  readonly version: number;
  readonly content: string;
  /** The predecessor's context in the session; empty if there is none. */
  readonly context: string;
  readonly embedding: Memory["embedding"];
  /** Its vector is the caller's, of the content alone. */
  readonly ownVector?: boolean;
}

/** Vectors, and memories that wait for theirs. Rejects as `RecordStore` does. */
export interface EmbeddingStore {
  attachVectors(progress: EmbeddingProgress): Promise<void>;
  /** Memories whose embedding is due, of all namespaces. */
  pendingEmbeddings(now: number, limit: number): Promise<readonly PendingEmbedding[]>;
  /** Makes all that waits for a later attempt to be embedded due now. */
  hastenEmbeddings(now: number): Promise<void>;
  /** The first passage's vector of each memory, of this model; undefined if there is none. */
  vectorsOf(
    namespace: string,
    ids: readonly string[],
    model: string | undefined,
  ): Promise<readonly (Float32Array | undefined)[]>;
  /** All vectors of this model that are kept of an old version; empty where some are missing. */
  oldVectors(ref: MemoryRef, version: number, model: string | undefined): Promise<Vectors>;
}
