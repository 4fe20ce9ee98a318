import type { Memory } from "../../model/record.js";
import type { DraftMemory } from "../run.js";

type Life = Pick<DraftMemory, "ends" | "ttl_seconds">;

/** The end that a memory's writer set; undefined: the writer set none, or the memory no longer expires. */
export function statedEnd({ lifetime, pinned, expires_at }: Memory): number | undefined {
  return lifetime.by === "ttl" && !pinned && expires_at !== null ? expires_at : undefined;
}

/** A summary of several memories ends when the first of them would have. */
export function earliestLife(sources: readonly Memory[]): Life {
  const ends = sources.flatMap((source) => statedEnd(source) ?? []);
  return ends.length === 0 ? {} : { ends: Math.min(...ends) };
}

/** A merge of memories that say the same lives as long as the longest of them, as after another sighting. */
export function longestLife(sources: readonly Memory[]): Life {
  if (sources.some(({ lifetime }) => lifetime.by === "ttl" && lifetime.seconds === null)) {
    return { ttl_seconds: null };
  }
  // If one is pinned, the merged memory is pinned too. Its own life counts only once it is unpinned.
  const counted = sources.some(({ pinned }) => !pinned) ? sources.filter(({ pinned }) => !pinned) : sources;
  const [longest] = counted.toSorted((one, other) => (endOf(one) < endOf(other) ? 1 : -1));
  if (longest === undefined || longest.lifetime.by === "type") return {};
  const ends = statedEnd(longest);
  return ends === undefined ? { ttl_seconds: longest.lifetime.seconds } : { ends };
}

const endOf = ({ expires_at }: Memory): number => expires_at ?? Infinity;
