import type { MemoryDetail, Source } from "../record.js";
import { isAlive } from "../ttl.js";
import type { Excerpt } from "./excerpt.js";
import type { WorkServices } from "./services.js";

/** An action's sources as they were when it was planned; undefined if one of them isn't so any more. */
export async function sourcesOf(
  { memory, now }: Pick<WorkServices, "memory" | "now">,
  namespace: string,
  sources: readonly Source[],
): Promise<MemoryDetail[] | undefined> {
  const found = await memory.store.peekDetails(
    namespace,
    sources.map(({ id }) => id),
  );
  const standing = found.filter(
    (each, index): each is MemoryDetail =>
      each !== undefined && each.version === sources[index]?.version && isAlive(each, now()),
  );
  return standing.length === sources.length ? standing : undefined;
}

export function excerptOf({ id, timestamp, content }: MemoryDetail): Excerpt {
  return { id, at: timestamp, text: content };
}
