import type { Trail } from "../../access/trail.js";
import { dueTime } from "../embedding/embed.js";
import type { FirstEmbedding } from "../model/embedding.js";
import type { Memory } from "../model/record.js";
import type { NewMemory, RecordStore } from "../ports/records.js";
import type { Services, Using } from "../services.js";
import { COMPARE_GRACE_MS, isClaim } from "../trust/corroborate.js";
import { afterWrite } from "./after-write.js";

/** The parts of a new memory's record that the memory and its embedding don't hold. */
export type StoredWith = Pick<NewMemory, "contentHash"> &
  Partial<Omit<NewMemory, "memory" | "vectors" | "embedAt" | "compareAt">>;

/** Every new memory, as the store takes it. */
export function insertionOf(
  { corroboration }: Pick<Services, "corroboration">,
  memory: Omit<Memory, "embedding">,
  embedding: FirstEmbedding,
  now: number,
  { preceding, interaction, ownVector = false, ...others }: StoredWith,
): NewMemory {
  const comparable = corroboration !== undefined && isClaim(memory) && !memory.quarantined;
  return {
    ...others,
    memory: { ...memory, embedding: { status: embedding.status, model: embedding.model } },
    preceding,
    interaction,
    vectors: embedding.vectors,
    ownVector,
    embedAt: dueTime(embedding, now),
    compareAt: comparable ? now + COMPARE_GRACE_MS : undefined,
  };
}

/** Stores one memory that is known by its key or its origin; undefined: there is one already, and it is untouched. */
export async function insertOne(
  services: Using<RecordStore, "worker" | "corroboration">,
  trail: Trail,
  insertion: NewMemory,
): Promise<Memory | undefined> {
  const [outcome] = await services.store.insert(trail, [insertion]);
  if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error("no outcome");
  if (outcome.kind === "seen") return undefined;
  const { memory } = insertion;
  afterWrite(services, { memory, compare: outcome.compare });
  return memory;
}
