import { Heap } from "../domain/heap.js";
import type { Place, StoredEntry } from "./entry.js";
import { comparePlaces, placeOf } from "./entry.js";
import type { AuditReader, TrailRange } from "./ports.js";

/** Which entries of some trails, and in which direction. */
export interface Walk {
  readonly trails: readonly string[];
  readonly order: "asc" | "desc";
  /** Milliseconds; both ends belong to it. */
  readonly from: number;
  readonly to: number;
  /** Only entries after this one (in the order's direction). */
  readonly after: Place | undefined;
}

/** Entries of a trail that are read at once: few at first, as there may be many thousands of trails. */
const MIN_BATCH = 4;
const MAX_BATCH = 256;
/** Entries of all trails together that are held in memory. */
const MAX_WAITING = 16_384;

interface Source {
  readonly trail: string;
  /** Entries that were read but not yet returned, the next one last. */
  readonly waiting: StoredEntry[];
  next: Place;
  batch: number;
  /** There may be more in the store. */
  open: boolean;
}

/**
 * The entries of several trails, by {@link comparePlaces}, in batches as they are asked for: what is held in memory
 * depends on the number of trails, not on how long they are.
 *
 * `expected`: how many the caller is likely to take.
 */
export async function* mergeTrails(
  reader: AuditReader,
  walk: Walk,
  expected: number,
): AsyncGenerator<StoredEntry> {
  const sign = walk.order === "asc" ? 1 : -1;
  const isBefore = (a: Source, b: Source): boolean => sign * comparePlaces(a.next, b.next) < 0;
  const trails = Math.max(1, walk.trails.length);
  const most = Math.max(1, Math.min(MAX_BATCH, Math.floor(MAX_WAITING / trails)));
  const batch = clamp(Math.ceil((2 * expected) / trails), most);
  const ranges = walk.trails.flatMap((trail) => firstRange(walk, trail, batch) ?? []);
  const batches = ranges.length === 0 ? [] : await reader.read(ranges);
  const heap = new Heap(isBefore);
  for (const [index, entries] of batches.entries()) {
    const trail = ranges[index]?.trail;
    const first = entries[0];
    if (trail === undefined || first === undefined) continue;
    heap.push({
      trail,
      waiting: entries.toReversed(),
      next: placeOf(first),
      batch,
      open: entries.length === batch,
    });
  }
  for (let source = heap.pop(); source !== undefined; source = heap.pop()) {
    const entry = source.waiting.pop();
    if (entry === undefined) continue;
    yield entry;
    if (source.waiting.length === 0 && source.open) {
      source.batch = clamp(source.batch * 2, most);
      await refill(reader, walk, source, entry.id);
    }
    const next = source.waiting.at(-1);
    if (next === undefined) continue;
    source.next = placeOf(next);
    heap.push(source);
  }
}

async function refill(reader: AuditReader, walk: Walk, source: Source, last: string): Promise<void> {
  const range = firstRange(walk, source.trail, source.batch);
  if (range === undefined) {
    source.open = false;
    return;
  }
  const [entries = []] = await reader.read([
    walk.order === "asc" ? { ...range, from: `(${last}` } : { ...range, to: `(${last}` },
  ]);
  source.open = entries.length === source.batch;
  source.waiting.push(...entries.toReversed());
}

const clamp = (size: number, most: number): number => Math.min(most, Math.max(MIN_BATCH, size));

/**
 * Undefined where no entry can lie in it: Redis refuses a range that ends before the first entry id or begins after the
 * last, and a caller chooses both ends, by the filter and by the cursor.
 */
function firstRange({ order, from, to, after }: Walk, trail: string, count: number): TrailRange | undefined {
  const whole = { trail, order, count };
  const between = (low: number, high: number): TrailRange | undefined =>
    low > high ? undefined : { ...whole, from: String(low), to: String(high) };
  if (after === undefined) return between(from, to);
  const { time, number } = after;
  // Within one millisecond, trails come one after the other.
  if (order === "asc") {
    if (trail !== after.trail) return between(Math.max(from, trail < after.trail ? time + 1 : time), to);
    return time > to ? undefined : { ...whole, from: `(${time}-${number}`, to: String(to) };
  }
  if (trail !== after.trail) return between(from, Math.min(to, trail > after.trail ? time - 1 : time));
  if (time < from || (time === 0 && number === 0)) return undefined;
  return { ...whole, from: String(from), to: `(${time}-${number}` };
}
