import type { Using } from "../services.js";
import type { NewMemory } from "../ports/records.js";
import type { Memory } from "../model/record.js";
import { UNKNOWN_ACCURACY, trustOf } from "../trust/trust.js";
import type { Fact } from "../model/fact.js";
import type { FactStore } from "../ports/facts.js";

/** From this confidence on, a fact's standing is its trust; below it, less and less. */
const SURE = 0.5;

/**
 * The standing of new facts, and of those that they may end or dispute: by their writers and by what others said of
 * them. Age doesn't count, because old facts aren't less true. A fact that its own writer hardly believes has a lower
 * standing.
 */
export async function withStanding(
  { store, accuracies }: Using<FactStore, "accuracies">,
  item: NewMemory,
): Promise<NewMemory> {
  const { memory, fact } = item;
  if (fact === undefined || memory.fact === null || fact.cardinality === "many") return item;
  const rivals = await store.rivalsOf(memory.namespace, memory.fact, memory.valid_from ?? memory.recorded_at);
  const all = [memory, ...rivals];
  const known = await accuracies.of(all);
  const [own = 0, ...others] = all.map((each, index) => standingOf(each, known[index] ?? UNKNOWN_ACCURACY));
  const standing = {
    own,
    rivals: Object.fromEntries(rivals.map(({ id }, index) => [id, others[index] ?? 0])),
  };
  return { ...item, fact: { ...fact, standing } };
}

function standingOf(memory: Memory, accuracy: number): number {
  const { trust } = trustOf(memory, accuracy, memory.evidence.since ?? memory.timestamp);
  return trust * Math.min(1, confidenceOf(memory.fact) / SURE);
}

const confidenceOf = (fact: Fact | null): number => fact?.confidence ?? 1;
