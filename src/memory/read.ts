import { memoryNotFound } from "./errors.js";
import type { MemoryRef } from "./ports.js";
import type { MemoryDetail } from "./record.js";
import type { Services } from "./services.js";

/** One memory with its interaction, from the primary: it sees every acknowledged write. */
export async function read({ store }: Services, ref: MemoryRef): Promise<MemoryDetail> {
  const memory = await store.get(ref);
  if (memory === undefined) throw memoryNotFound();
  return memory;
}
