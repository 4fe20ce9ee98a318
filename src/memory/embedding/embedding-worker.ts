import type {
  EmbeddingProgress,
  EmbeddingStore,
  EmbeddingWorker,
  PendingEmbedding,
} from "../ports/embedding.js";
import { EmbeddingRefused, EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { Embedder } from "../../embeddings/embedder.js";
import { REFUSED_RETRY_MS, embedAllPassages, embeddedIn } from "./embed.js";
import type { SweepingOptions } from "../../domain/sweeper.js";
import { STAND_BACK_MS, SWEEP_SIZE, startSweeper } from "../../domain/sweeper.js";

export interface EmbeddingWorkerOptions extends SweepingOptions {
  readonly store: EmbeddingStore;
  readonly embedder: Embedder;
  readonly sweepEveryMs?: number;
  readonly maxBackoffMs?: number;
}

/** More than this waiting in memory is left to the sweep. */
const QUEUE_LENGTH = 1000;

export const idleWorker: EmbeddingWorker = { finish: () => {}, stop: async () => {} };

export function startEmbeddingWorker(options: EmbeddingWorkerOptions): EmbeddingWorker {
  const { store, embedder, locks, now, onError, sweepEveryMs = 1000, maxBackoffMs = 10_000 } = options;
  const queue: PendingEmbedding[] = [];
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    for (
      let memory = queue.shift();
      memory !== undefined && !sweeper.stopping.aborted;
      memory = queue.shift()
    ) {
      // A failure here needs no retry: the memory is due in the index, and the sweep finds it.
      await embedOne(memory).catch(onError);
    }
    draining = undefined;
  }

  async function embedOne(memory: PendingEmbedding): Promise<void> {
    try {
      const vectors = await embedAllPassages(embedder, embeddedIn(memory.namespace), memory);
      await attach(memory, { status: "complete", model: embedder.model.id, vectors, embedAt: undefined });
    } catch (error) {
      if (!(error instanceof EmbeddingRefused)) throw error;
      // Its model stays: by that, the vectors it may have are found when it is revised or deleted.
      const { model } = memory.embedding;
      const embedAt = now() + REFUSED_RETRY_MS;
      await attach(memory, { status: "refused", model, vectors: [], embedAt });
    }
  }

  function attach(
    { namespace, id, version, context }: PendingEmbedding,
    outcome: Omit<EmbeddingProgress, "ref" | "version" | "context">,
  ): Promise<void> {
    return store.attachVectors({ ref: { namespace, id }, version, context, ...outcome });
  }

  async function postpone(memory: PendingEmbedding): Promise<void> {
    await attach(memory, { ...memory.embedding, vectors: [], embedAt: now() + STAND_BACK_MS });
  }

  // A start is when an operator has changed something: what was refused or stands back is tried now.
  let hastened = false;
  async function hasten(): Promise<void> {
    if (hastened) return;
    await store.hastenEmbeddings(now());
    hastened = true;
  }

  const sweeper = startSweeper({
    name: "embedding-worker",
    locks,
    everyMs: sweepEveryMs,
    maxBackoffMs,
    async sweep({ each }) {
      await hasten();
      const due = await store.pendingEmbeddings(now(), SWEEP_SIZE);
      return each(due, (memory) =>
        embedOne(memory).catch(async (error: unknown) => {
          // If the provider is down, all wait alike. A memory that fails while the provider works is postponed.
          if (!(error instanceof EmbeddingUnavailable) || (await isReady(embedder))) await postpone(memory);
          throw error;
        }),
      );
    },
    onError(error) {
      // The provider is away: readiness says so.
      if (!(error instanceof EmbeddingUnavailable)) onError(error);
    },
  });

  return {
    finish(memory) {
      if (sweeper.stopping.aborted || queue.length >= QUEUE_LENGTH) return;
      queue.push(memory);
      draining ??= drain();
    },
    async stop() {
      await Promise.all([sweeper.stop(), draining]);
    },
  };
}

function isReady(embedder: Embedder): Promise<boolean> {
  return embedder.ready().then(
    () => true,
    () => false,
  );
}
