import { PlaceAway } from "../ports/archive.js";
import type { ArchivePlace, SegmentFacts, SegmentRef, StoredEntry } from "../ports/archive.js";
import type { ArchiveDeps } from "./deps.js";
import { decodeSegment, encodeSegment, sha256 } from "./segment.js";

/** How long other processes leave a segment alone that one is at work on. */
export const CLAIM_MS = 10 * 60_000;

/**
 * Notes a segment, writes it, and reads it once more as a reader would: only then may stubs point to it. After a crash in
 * between, a sweep finds the note and deletes what nothing points to. If the note has gone when the file is there, because
 * another process took this one for dead, the file goes too: no one would find it again.
 */
export async function writeSegment(
  { store }: Pick<ArchiveDeps, "store">,
  place: ArchivePlace,
  ref: SegmentRef,
  entries: readonly StoredEntry[],
  now: number,
): Promise<SegmentFacts> {
  const bytes = await encodeSegment(ref, entries, now);
  const facts = {
    state: "open",
    at: now,
    memories: entries.length,
    bytes: bytes.length,
    sha256: sha256(bytes),
  } as const;
  const ids = entries.map(({ id }) => id);
  await store.openSegment(ref, facts, ids, now + CLAIM_MS);
  await place.put(ref, bytes);
  const written = await place.get(ref);
  if (written === undefined) throw new PlaceAway("what was written isn't there");
  await decodeSegment(ref, written, facts.sha256, new Set());
  const [noted] = await store.segments(ref.namespace, [ref.segment]);
  if (noted?.state !== "open") {
    await place.remove(ref);
    throw new PlaceAway("the segment was given up before it was written");
  }
  return facts;
}
