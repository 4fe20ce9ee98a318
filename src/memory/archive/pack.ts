import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { Archivable, ArchivePlace, StoredEntry } from "../ports/archive.js";
import type { ArchiveDeps } from "./deps.js";
import { isArchivable } from "./eligible.js";
import type { Terms } from "./eligible.js";
import { firstEnd } from "./settle.js";
import { CLAIM_MS, writeSegment } from "./write-segment.js";

/** What a segment holds at most: a recall of ten old episodes may have to read ten. */
const MEMORIES = 256;
const BYTES = 2 * 1024 * 1024;
/** Episodes that one search gives. */
const PAGE = 500;
/** Memories that are read, or become stubs, in one script. */
const AT_ONCE = 25;
/** Fewer than these wait for others, so that the archive isn't one of tiny segments. */
const FEW = 64;
const GATHER_MS = 3600_000;

export interface PackServices {
  readonly archive: ArchiveDeps;
  readonly lifecycle: Pick<LifecycleStore, "vitals">;
}

/** How far the look for a namespace's old episodes has come. */
export interface Walk {
  /** The place in the namespace's sequence from which it goes on. */
  from: number;
  /** It has come to the end, and begins anew. */
  ended: boolean;
}

/**
 * Moves one segment's worth of a namespace's episodes into the archive: those that are found before `isOver`. Returns how
 * many became stubs.
 */
export async function packSegment(
  services: PackServices,
  place: ArchivePlace,
  context: Context,
  namespace: string,
  terms: Terms,
  walk: Walk,
  isOver: () => boolean,
): Promise<number> {
  const { archive } = services;
  const now = context.now();
  const items = await gather(services, namespace, terms, now, walk, isOver);
  const [first] = items;
  if (first === undefined) return 0;
  // Unless they have waited for others long enough.
  const waited = now - first.memory.updated_at - terms.afterMs;
  if (items.length < FEW && waited < Math.min(GATHER_MS, terms.afterMs / 10)) return 0;

  const ref = { namespace, segment: archive.newId(now) };
  const facts = await writeSegment(archive, place, ref, items.map(entryOf), now);
  const left: string[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const trail = trailOf(context, "archive");
    left.push(...(await archive.store.leaveStubs(trail, ref, items.slice(at, at + AT_ONCE), now)));
  }
  const ends = firstEnd(items.map(({ memory }) => memory.expires_at ?? 0));
  // What has changed in between stayed hot: the segment is written again without it.
  const due = left.length < items.length ? now : ends;
  await archive.store.markSegment(ref, { ...facts, state: "closed" }, { due, before: now + CLAIM_MS });
  if (left.length > 0) archive.observe("archived", left.length);
  return left.length;
}

/** The next episodes that may be archived. If they fill a segment, the page that the last one is on is read again. */
async function gather(
  { archive: { store }, lifecycle }: PackServices,
  namespace: string,
  terms: Terms,
  now: number,
  walk: Walk,
  isOver: () => boolean,
): Promise<Archivable[]> {
  const items: Archivable[] = [];
  let bytes = 0;
  walk.ended = false;
  while (!walk.ended && !isOver()) {
    const { ids, next } = await store.episodesBefore(namespace, now - terms.afterMs, walk.from, PAGE);
    const vitals = await lifecycle.vitals(namespace, ids);
    const unread = vitals.filter((each) => each !== undefined && isUnread(each.uses.lastAt, terms, now));
    const uses = new Map(unread.map((each) => [each?.id, each?.uses]));
    const names = unread.map((each) => each?.id ?? "");
    for (let at = 0; at < names.length; at += AT_ONCE) {
      for (const item of await store.readArchivable(namespace, names.slice(at, at + AT_ONCE))) {
        const own = item && uses.get(item.memory.id);
        if (item === undefined || own === undefined || !isArchivable(item, own, terms, now)) continue;
        items.push(item);
        bytes += Buffer.byteLength(item.memory.content) + Buffer.byteLength(item.raw ?? "");
        if (items.length >= MEMORIES || bytes >= BYTES) return items;
      }
    }
    walk.from = next ?? 0;
    walk.ended = next === undefined;
  }
  return items;
}

const isUnread = (lastAt: number | null, { unreadMs }: Terms, now: number): boolean =>
  lastAt === null || now - lastAt >= unreadMs;

function entryOf({ memory, raw, vectors, bytes, context }: Archivable): StoredEntry {
  const { id, version, content, embedding } = memory;
  return {
    id,
    version,
    content,
    ...(raw === undefined ? {} : { raw }),
    embedding,
    bytes,
    ...(context ? { context: true } : {}),
    vectors,
  };
}
