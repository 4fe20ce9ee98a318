import { setTimeout as sleep } from "node:timers/promises";
import type { Embedder } from "../embeddings/embedder.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "../embeddings/embedder.js";
import { embedAllPassages } from "./embed.js";
import { DomainError } from "../domain/errors.js";
import type { Lock, Locks } from "../domain/lock.js";
import type { EmbeddingProgress, MemoryStore, PendingEmbedding } from "./ports.js";

/** Finishes what a write left to do: the further passages of long contents, and what the provider missed. */
export interface EmbeddingWorker {
  /** Soon, in this process. Whatever it doesn't get to, any process's sweep finds through the index. */
  finish(memory: PendingEmbedding): void;
  /** Stops after the memory at hand. */
  stop(): Promise<void>;
}

export interface EmbeddingWorkerOptions {
  readonly store: MemoryStore;
  readonly embedder: Embedder;
  readonly locks: Locks;
  readonly now: () => number;
  /** Told of failures that are no business of a caller's. */
  readonly onError: (error: unknown) => void;
  readonly sweepEveryMs?: number;
  readonly maxBackoffMs?: number;
}

/** How long a write's own process has for the further passages before a sweep takes them for abandoned. */
export const FINISH_GRACE_MS = 60_000;

/** How long a memory that failed by itself waits before it is tried again. */
const STAND_BACK_MS = 60_000;
const LOCK = "embedding-worker";
const LOCK_TTL_MS = 60_000;
const SWEEP_SIZE = 50;
/** More than this waiting in memory is left to the sweep. */
const QUEUE_LENGTH = 1000;

export const idleWorker: EmbeddingWorker = { finish: () => {}, stop: async () => {} };

export function startEmbeddingWorker(options: EmbeddingWorkerOptions): EmbeddingWorker {
  const { store, embedder, locks, now, onError, sweepEveryMs = 1000, maxBackoffMs = 10_000 } = options;
  const stopping = new AbortController();
  const queue: PendingEmbedding[] = [];
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    for (
      let memory = queue.shift();
      memory !== undefined && !stopping.signal.aborted;
      memory = queue.shift()
    ) {
      // A failure here needs no retry: the memory is due in the index, and the sweep comes by.
      await embedOne(memory).catch(onError);
    }
    draining = undefined;
  }

  async function embedOne(memory: PendingEmbedding): Promise<void> {
    try {
      const vectors = await embedAllPassages(embedder, memory);
      await attach(memory, { status: "complete", model: embedder.model.id, vectors, embedAt: undefined });
    } catch (error) {
      if (!(error instanceof EmbeddingRefused)) throw error;
      // Its model stays: by that, the vectors it may have are found when it is revised or deleted.
      const { model } = memory.embedding;
      await attach(memory, { status: "refused", model, vectors: [], embedAt: undefined });
    }
  }

  function attach(
    { namespace, id, version, context }: PendingEmbedding,
    outcome: Omit<EmbeddingProgress, "ref" | "version" | "context">,
  ): Promise<void> {
    return store.attachVectors({ ref: { namespace, id }, version, context, ...outcome });
  }

  /** So that one memory that always fails can't stand before all others. */
  async function postpone(memory: PendingEmbedding): Promise<void> {
    await attach(memory, { ...memory.embedding, vectors: [], embedAt: now() + STAND_BACK_MS });
  }

  async function sweep(lock: Lock): Promise<number> {
    const due = await store.pendingEmbeddings(now(), SWEEP_SIZE);
    for (const memory of due) {
      if (stopping.signal.aborted || !(await lock.renew(LOCK_TTL_MS))) return 0;
      await embedOne(memory).catch(async (error: unknown) => {
        // Where the provider is away, all wait alike; one that fails while it is there stands back.
        if (!(error instanceof EmbeddingUnavailable) || (await isReady(embedder))) await postpone(memory);
        throw error;
      });
    }
    return due.length;
  }

  async function sweepForever(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let worked = 0;
      try {
        const lock = await locks.acquire(LOCK, LOCK_TTL_MS);
        if (lock !== undefined) {
          try {
            worked = await sweep(lock);
          } finally {
            await lock.release();
          }
        }
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!isPassing(error)) onError(error);
      }
      const pause = worked > 0 ? 0 : backoff(failures, sweepEveryMs, maxBackoffMs);
      await sleep(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  }

  const sweeping = sweepForever();
  return {
    finish(memory) {
      if (stopping.signal.aborted || queue.length >= QUEUE_LENGTH) return;
      queue.push(memory);
      draining ??= drain();
    },
    async stop() {
      stopping.abort();
      await Promise.all([sweeping, draining]);
    },
  };
}

function isReady(embedder: Embedder): Promise<boolean> {
  return embedder.ready().then(
    () => true,
    () => false,
  );
}

/** Doubles from `base` with each failure in a row, up to `max`; both in milliseconds. */
function backoff(failures: number, base: number, max: number): number {
  return Math.min(base * 2 ** failures, max);
}

/** Redis or the provider is away: readiness says so, and each turn of the loop would only say it again. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof EmbeddingUnavailable ||
    (error instanceof DomainError && error.code === "redis_unavailable")
  );
}
