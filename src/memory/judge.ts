import type { Accuracies } from "./agents.js";
import type { Memory } from "./record.js";
import type { TrustParts } from "./trust.js";
import { trustOf, UNKNOWN_ACCURACY } from "./trust.js";

/** A memory with how far to trust it at the moment it was asked for. */
export type Judged<Kind extends Memory = Memory> = Kind & { readonly trust: TrustParts };

/** `at`: milliseconds since the epoch. As of the past, the age is of then; agents are known as they are now. */
export async function judgeAll<Kind extends Memory>(
  { accuracies }: { readonly accuracies: Accuracies },
  memories: readonly Kind[],
  at: number,
): Promise<Judged<Kind>[]> {
  const known = await accuracies.of(memories.map(({ source_agent }) => source_agent));
  return memories.map((memory) => ({
    ...memory,
    trust: trustOf(memory, known.get(memory.source_agent) ?? UNKNOWN_ACCURACY, at),
  }));
}

export async function judge<Kind extends Memory>(
  services: { readonly accuracies: Accuracies },
  memory: Kind,
  at: number,
): Promise<Judged<Kind>> {
  const [judged] = await judgeAll(services, [memory], at);
  if (judged === undefined) throw new Error("a memory was lost while it was judged");
  return judged;
}
