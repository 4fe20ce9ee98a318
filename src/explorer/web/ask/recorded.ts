import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";

/** A list over a pattern is sorted by namespace, so the newest of each of the largest namespaces are asked for. */
export const MOST_NAMESPACES = 6;
const NEWEST = 8;

async function ends(
  namespaces: readonly string[],
  { order, limit, signal }: { order: "asc" | "desc"; limit: number; signal: AbortSignal },
): Promise<readonly Memory[]> {
  const pages = await Promise.all(
    namespaces.map((ns) =>
      service.value.get("/v1/namespaces/{ns}/memories", { path: { ns }, query: { order, limit }, signal }),
    ),
  );
  return pages.flatMap(({ memories }) => memories);
}

/** The memories that were recorded last, newest first. */
export async function newest(namespaces: readonly string[], signal: AbortSignal): Promise<readonly Memory[]> {
  const memories = await ends(namespaces, { order: "desc", limit: NEWEST, signal });
  return memories.toSorted((a, b) => b.recorded_at.localeCompare(a.recorded_at)).slice(0, NEWEST);
}

/** When the first memory was recorded; undefined if there is none. */
export async function firstRecorded(
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const times = (await ends(namespaces, { order: "asc", limit: 1, signal })).map(({ recorded_at: at }) =>
    Date.parse(at),
  );
  return times.length === 0 ? undefined : Math.min(...times);
}
