import type { Memory } from "../../model/record.js";
import type { DraftMemory } from "../run.js";

type Life = Pick<DraftMemory, "ends" | "ttl_seconds">;

/** When a memory ends by its writer's word; undefined: its writer said nothing of it, or it is kept for ever by now. */
export function statedEnd({ lifetime, pinned, expires_at }: Memory): number | undefined {
  return lifetime.by === "ttl" && !pinned && expires_at !== null ? expires_at : undefined;
}

/** What tells of several ends as soon as the first of them was to. */
export function earliestLife(sources: readonly Memory[]): Life {
  const ends = sources.flatMap((source) => statedEnd(source) ?? []);
  return ends.length === 0 ? {} : { ends: Math.min(...ends) };
}

/** What says the same as several lives as long as the one of them that lives longest, as if it had been seen again. */
export function longestLife(sources: readonly Memory[]): Life {
  if (sources.some(({ lifetime }) => lifetime.by === "ttl" && lifetime.seconds === null)) {
    return { ttl_seconds: null };
  }
  // What is made is pinned as well where one is: it counts only once it isn't any more.
  const counted = sources.some(({ pinned }) => !pinned) ? sources.filter(({ pinned }) => !pinned) : sources;
  const [longest] = counted.toSorted((one, other) => (endOf(one) < endOf(other) ? 1 : -1));
  if (longest === undefined || longest.lifetime.by === "type") return {};
  const ends = statedEnd(longest);
  return ends === undefined ? { ttl_seconds: longest.lifetime.seconds } : { ends };
}

const endOf = ({ expires_at }: Memory): number => expires_at ?? Infinity;
