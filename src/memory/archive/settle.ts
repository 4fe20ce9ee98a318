import { PlaceAway, SegmentDamaged } from "../ports/archive.js";
import type { ArchivePlace, SegmentFacts, SegmentRef } from "../ports/archive.js";
import type { ArchiveDeps } from "./deps.js";
import { decodeSegment } from "./segment.js";
import { CLAIM_MS, writeSegment } from "./write-segment.js";

/** How long a segment that can't be read is left alone. */
const UNREADABLE_MS = 60_000;

/**
 * Writes segments that are due again without the memories that are gone, were brought back, or have ended; deletes those
 * of which nothing is left. Returns how many it looked at. Rejects with {@link PlaceAway} at the first that it can't
 * reach, and with {@link SegmentDamaged} after the others if it couldn't read one.
 */
export async function settleSegments(deps: ArchiveDeps, namespace: string, now: number): Promise<number> {
  const due = await deps.store.dueSegments(namespace, now);
  await settleEach(deps, namespace, due, now);
  return due.length;
}

/** The same with all segments that hold something that is gone, due or not. */
export async function purgeSegments(deps: ArchiveDeps, namespace: string, now: number): Promise<void> {
  const stale: string[] = [];
  for (const segment of await deps.store.allSegments(namespace)) {
    const ref = { namespace, segment };
    const ids = await deps.store.idsIn(ref);
    if ((await liveOf(deps, ref, ids)).size < ids.length) stale.push(segment);
  }
  await settleEach(deps, namespace, stale, now);
}

async function settleEach(
  deps: ArchiveDeps,
  namespace: string,
  due: readonly string[],
  now: number,
): Promise<void> {
  const { store, place } = deps;
  if (due.length === 0) return;
  if (place === undefined) throw new PlaceAway("no place is configured");
  const facts = await store.segments(namespace, due);
  let damaged: SegmentDamaged | undefined;
  for (const [index, segment] of due.entries()) {
    const ref = { namespace, segment };
    const known = facts[index];
    if (known === undefined) {
      // Another process has dropped it.
      await store.dropSegment(ref);
      continue;
    }
    try {
      await settle(deps, place, ref, known, now);
    } catch (error) {
      const closed = { ...known, state: "closed" } as const;
      // Tried again as soon as the place is there.
      if (!(error instanceof SegmentDamaged)) {
        await store.markSegment(ref, closed, { due: now });
        throw error;
      }
      damaged = error;
      deps.observe("unreadable");
      await store.markSegment(ref, closed, { due: now + UNREADABLE_MS });
    }
  }
  if (damaged !== undefined) throw damaged;
}

async function settle(
  deps: ArchiveDeps,
  place: ArchivePlace,
  ref: SegmentRef,
  known: SegmentFacts,
  now: number,
): Promise<void> {
  const { store } = deps;
  const claim = now + CLAIM_MS;
  const facts: SegmentFacts = { ...known, state: "closed" };
  // Closed: no stub comes to point to it any more. A memory that leaves from here on notes another look.
  await store.markSegment(ref, facts, { due: claim });
  const ids = await store.idsIn(ref);
  const live = await liveOf(deps, ref, ids);
  // What nothing points to needn't be readable.
  if (live.size === 0) return drop(deps, place, ref);
  if (live.size === ids.length) {
    await store.markSegment(ref, facts, { due: firstEnd(live.values()), before: claim });
    return;
  }
  const bytes = await place.get(ref);
  if (bytes === undefined) throw new SegmentDamaged("it is missing");
  const entries = await decodeSegment(ref, bytes, facts.sha256);
  const kept = [...entries.values()].filter(({ id }) => live.has(id));
  const next = { namespace: ref.namespace, segment: deps.newId(now) };
  const written = await writeSegment(deps, place, next, kept, now);
  const moved = await store.repoint(ref, next.segment, [...live.keys()]);
  const left = await liveOf(deps, ref, ids);
  // A memory that has gone since noted a look at the old segment, and what it says is in the new one.
  const look = { due: moved < kept.length ? now : firstEnd(live.values()), before: claim };
  await store.markSegment(next, { ...written, state: "closed" }, look);
  deps.observe("rewritten");
  // Some were refused if another process has settled the next segment already: they stay, and this is done again.
  if (left.size > 0) return store.markSegment(ref, facts, { due: now });
  await drop(deps, place, ref);
}

/** When each ends whose stub points here, 0 for never. */
async function liveOf(
  { store }: Pick<ArchiveDeps, "store">,
  ref: SegmentRef,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const ends = await store.liveIn(ref, ids);
  return new Map(
    ids.flatMap((id, index) => {
      const end = ends[index];
      return end === undefined ? [] : [[id, end] as const];
    }),
  );
}

/** A second after the first of them ends; undefined if none does. */
export function firstEnd(ends: Iterable<number>): number | undefined {
  const first = [...ends].filter((end) => end > 0).reduce((least, end) => Math.min(least, end), Infinity);
  return first === Infinity ? undefined : first + 1000;
}

async function drop({ store, observe }: ArchiveDeps, place: ArchivePlace, ref: SegmentRef): Promise<void> {
  await place.remove(ref);
  await store.dropSegment(ref);
  observe("dropped");
}
