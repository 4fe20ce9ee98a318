import type {
  EmbeddingProgress,
  EmbeddingStore,
  EmbeddingWorker,
  PendingEmbedding,
} from "../ports/embedding.js";
import { EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { Embedder } from "../../embeddings/embedder.js";
import { REFUSED_RETRY_MS } from "./embed.js";
import { embedWith } from "./embed-with.js";
import type { SweepingOptions } from "../../domain/sweeper.js";
import { isStoreAway } from "../../domain/store-fault.js";
import { STAND_BACK_MS, SWEEP_SIZE, startSweeper } from "../../domain/sweeper.js";

export interface EmbeddingWorkerOptions extends SweepingOptions {
  readonly store: EmbeddingStore;
  /** The model in use; undefined: nothing embeds. */
  readonly embedder: () => Embedder | undefined;
  readonly sweepEveryMs?: number;
  readonly maxBackoffMs?: number;
}

/** More than this waiting in memory is left to the sweep. */
const QUEUE_LENGTH = 1000;

export const idleWorker: EmbeddingWorker = { finish: () => {}, stop: async () => {} };

export function startEmbeddingWorker(options: EmbeddingWorkerOptions): EmbeddingWorker {
  const {
    store,
    embedder: embedderNow,
    locks,
    now,
    onError: reportFault,
    sweepEveryMs = 1000,
    maxBackoffMs = 10_000,
  } = options;
  const queue: PendingEmbedding[] = [];
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    for (
      let memory = queue.shift();
      memory !== undefined && !sweeper.stopping.aborted;
      memory = queue.shift()
    ) {
      // A failure here needs no retry: the memory is due in the index, and the sweep finds it.
      await embedOne(memory, true).catch(reportFault);
    }
    draining = undefined;
  }

  /** With the model in use, then with the other one, while the store changes from one to the other. */
  async function embedOne(memory: PendingEmbedding, fresh: boolean): Promise<void> {
    const embedder = embedderNow();
    if (embedder === undefined) return;
    const { status, model } = memory.embedding;
    const done = status === "complete" && (memory.ownVector || (fresh && model === embedder.model.id));
    let due: number | undefined;
    if (!done) {
      const outcome = await embedWith(embedder, memory);
      if (outcome.status === "refused") due = now() + REFUSED_RETRY_MS;
      await attach(memory, outcome, embedder.also === undefined ? due : "keep");
    } else if (embedder.also === undefined) {
      if (!fresh) await attach(memory, undefined, undefined);
    }
    if (embedder.also === undefined) return;
    try {
      await attach(memory, await embedWith(embedder.also, memory), due);
    } catch (error) {
      if (!(error instanceof EmbeddingUnavailable)) throw error;
      // The other model's provider mustn't keep the model in use from what waits for that.
      await attach(memory, undefined, now() + STAND_BACK_MS);
    }
  }

  async function attach(
    { namespace, id, version, context, content }: PendingEmbedding,
    outcome: EmbeddingProgress["outcome"],
    embedAt: EmbeddingProgress["embedAt"],
  ): Promise<void> {
    await store.attachVectors({ ref: { namespace, id }, version, context, content, outcome, embedAt });
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
      return each(due, async (memory) => {
        try {
          await embedOne(memory, false);
        } catch (error) {
          if (isStoreAway(error)) throw error;
          const away = error instanceof EmbeddingUnavailable && !(await isReady(embedderNow()));
          // With the provider away, all wait alike, but this one behind the others: a provider that fails on one text
          // alone can look the same, and that text must not keep them from their turn.
          await attach(memory, undefined, away ? now() : now() + STAND_BACK_MS);
          if (away) throw error;
          reportFault(error);
        }
      });
    },
    onError(error) {
      // The provider is away: readiness says so.
      if (!(error instanceof EmbeddingUnavailable)) reportFault(error);
    },
  });

  return {
    finish(memory) {
      if (memory.embedding.status !== "partial" && embedderNow()?.also === undefined) return;
      if (sweeper.stopping.aborted || queue.length >= QUEUE_LENGTH) return;
      queue.push(memory);
      draining ??= drain();
    },
    async stop() {
      await Promise.all([sweeper.stop(), draining]);
    },
  };
}

async function isReady(embedder: Embedder | undefined): Promise<boolean> {
  if (embedder === undefined) return false;
  return embedder.ready().then(
    () => true,
    () => false,
  );
}
