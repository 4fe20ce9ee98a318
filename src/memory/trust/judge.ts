import type { Using } from "../services.js";
import { decodeTime } from "ulid";
import type { Fact } from "../model/fact.js";
import type { Memory } from "../model/record.js";
import { UNKNOWN_ACCURACY, trustOf } from "./trust.js";
import type { TrustParts } from "./trust.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { RecordStore } from "../ports/records.js";

/** A memory with how far to trust it at the moment it was asked for. */
export type Judged<Kind extends Memory = Memory> = Kind & { readonly trust: TrustParts };

type Judges = Using<Pick<RecordStore, "peekDetails">, "accuracies">;

/**
 * `at`: milliseconds since the epoch. As of the past, the age is of then, and a fact isn't contradicted by what was
 * recorded later; agents, and what was said of a memory, are known as they are now.
 */
export async function judgeAll<Kind extends Memory>(
  { accuracies, store }: Judges,
  memories: readonly Kind[],
  at: number,
): Promise<Judged<Kind>[]> {
  const known = await accuracies.of(memories);
  const disputed = memories.some(hasFact)
    ? await Promise.all(memories.map((memory) => disputedBy(store, memory, at)))
    : [];
  return memories.map((memory, index) => {
    const trust = trustOf(memory, known[index] ?? UNKNOWN_ACCURACY, at);
    return hasFact(memory)
      ? { ...memory, fact: { ...memory.fact, contradicts: disputed[index] ?? [] }, trust }
      : { ...memory, trust };
  });
}

const hasFact = <Kind extends Memory>(memory: Kind): memory is Kind & { readonly fact: Fact } =>
  memory.fact !== null;

export async function judge<Kind extends Memory>(
  services: Judges,
  memory: Kind,
  at: number,
): Promise<Judged<Kind>> {
  const [judged] = await judgeAll(services, [memory], at);
  if (judged === undefined) throw new Error("a memory was lost while it was judged");
  return judged;
}

/** The facts that contradict a fact, existed then, and haven't ended since. */
async function disputedBy(
  store: Judges["store"],
  { namespace, fact }: Memory,
  at: number,
): Promise<readonly string[]> {
  const ids = (fact?.contradicts ?? []).filter((id) => decodeTime(id) <= at);
  if (ids.length === 0) return ids;
  const found = await store.peekDetails(namespace, ids);
  return ids.filter((_, index) => {
    const other = found[index];
    return other !== undefined && isAlive(other, at);
  });
}
