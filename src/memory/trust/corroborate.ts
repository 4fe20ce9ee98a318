import type { Comparison, CorroborationWorker, TrustStore } from "../ports/trust.js";
import type { MemoryRef } from "../model/ref.js";
import type { Memory } from "../model/record.js";
import { claimsOf, sameClaims } from "../text/claims.js";
import { wordingOf } from "../text/wording.js";

export interface CorroborationOptions {
  readonly store: Pick<TrustStore, "comparisonOf" | "corroborate" | "postponeCorroboration">;
  /** The model in use; undefined: none. */
  readonly model: () => string | undefined;
  /** Cosine similarity from which two memories may say the same; undefined: not known of this model. */
  readonly similarityOf: (model: string) => number | undefined;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * By model id: the cosine similarity from which two memories are taken to say the same, if their numbers, identifiers
 * and denials agree as well. Measured in docs/trust.md; other models have other scales.
 */
export const MEASURED_SIMILARITY: Readonly<Record<string, number>> = {
  "e5-small-v2-int8-384": 0.98,
  "multilingual-e5-small-q4-int8-384": 0.985,
};

/** The time that a write's own process has to compare before a sweep does, in milliseconds. */
export const COMPARE_GRACE_MS = 10_000;
/** Delay before a memory without a vector is examined again, in milliseconds. */
const UNEMBEDDED_MS = 30_000;
/** The number of nearest memories that are compared. */
const NEAREST = 16;
/** More than this waiting in memory is left to the sweep. */
const QUEUE_LENGTH = 1000;

export function startCorroborationWorker({
  store,
  model: modelNow,
  similarityOf,
  now,
  onError,
}: CorroborationOptions): CorroborationWorker {
  const queue: MemoryRef[] = [];
  let draining: Promise<void> | undefined;
  const stopping = new AbortController();

  async function compare(ref: MemoryRef): Promise<void> {
    const model = modelNow();
    const similarity = model === undefined ? undefined : similarityOf(model);
    // Without a model it is compared with nothing, so that it doesn't wait for ever.
    const comparison = await store.comparisonOf(ref, NEAREST, model);
    if (comparison === undefined) return;
    if (comparison === "pending") return store.postponeCorroboration(ref, now() + UNEMBEDDED_MS);
    await store.corroborate(comparison.memory, sayingTheSame(comparison, similarity));
  }

  async function drain(): Promise<void> {
    for (let ref = queue.shift(); ref !== undefined && !stopping.signal.aborted; ref = queue.shift()) {
      // A failure here needs no retry: the memory is due in the index, and the sweep finds it.
      await compare(ref).catch(onError);
    }
    draining = undefined;
  }

  return {
    compare,
    finish(ref) {
      if (stopping.signal.aborted || queue.length >= QUEUE_LENGTH) return;
      queue.push(ref);
      draining ??= drain();
    },
    async stop() {
      stopping.abort();
      await draining;
    },
  };
}

/**
 * The memories of other agents that say the same as a new one, by themselves: in the same wording, or with vectors of at
 * least this similarity.
 */
export function sayingTheSame({ memory, near }: Comparison, least = Infinity): Memory[] {
  const claims = claimsOf(memory.content);
  const wording = wordingOf(memory.content);
  return near
    .filter((each) => each.memory.source_agent !== memory.source_agent)
    .filter(({ similarity, memory: other }) => similarity >= least || wordingOf(other.content) === wording)
    .map((each) => each.memory)
    .filter((other) => !isDerived(memory, other) && !isDerived(other, memory))
    .filter((other) => sameClaims(claimsOf(other.content), claims));
}

/** A memory made from another one repeats it, and isn't a second voice. */
function isDerived(memory: Memory, source: Memory): boolean {
  return memory.derived_from.some(({ id }) => id === source.id);
}

/**
 * Whether a memory can be repeated in other words. Episodes only corroborate each other word by word: their vectors
 * hold the context before them, and similar turns may report different things.
 */
export function isClaim({ memory_type }: Pick<Memory, "memory_type">): boolean {
  return memory_type !== "episodic";
}
