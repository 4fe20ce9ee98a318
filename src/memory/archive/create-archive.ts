import { eachOf } from "../../domain/each-of.js";
import { archiveDamaged, archiveUnavailable } from "../../domain/errors.js";
import type { Archived, Memory, MemoryDetail } from "../model/record.js";
import { PlaceAway, SegmentDamaged } from "../ports/archive.js";
import type { Archive, RefillLimits, SegmentRef, StoredEntry } from "../ports/archive.js";
import type { ArchiveDeps } from "./deps.js";
import { decodeSegment, parseInteraction } from "./segment.js";
import { purgeSegments } from "./settle.js";

/** Segments that are read at the same time. */
const TOGETHER = 4;
const LIMITS: RefillLimits = { segments: 16, timeoutMs: 2_000 };
/** What has come back leaves its segment this much later: others that come back in the meantime leave with it. */
const LEAVE_MS = 60_000;
/** A segment may be written again while it is read. */
const TRIES = 3;

export function createArchive(deps: ArchiveDeps): Archive {
  const { store } = deps;
  return {
    configured: deps.place !== undefined,

    async refill(memories, { segments, timeoutMs } = LIMITS) {
      const stubs = stubsIn(memories);
      if (stubs.length === 0) return { memories, missing: 0 };
      const signal = AbortSignal.timeout(timeoutMs);
      const groups = bySegment(stubs).slice(0, segments);
      const found = new Map<string, StoredEntry>();
      await eachOf(groups, TOGETHER, async ({ ref, ids }) => {
        try {
          for (const [id, entry] of await readEntries(deps, ref, ids, signal))
            found.set(`${ref.namespace} ${id}`, entry);
        } catch (error) {
          if (!isUnreadable(error) && !signal.aborted) throw error;
          deps.observe("unreadable");
        }
      });
      const filled = memories.map((memory) => withEntry(memory, found));
      return { memories: filled, missing: stubsIn(filled).length };
    },

    async whole(memories) {
      const stubs = stubsIn(memories);
      if (stubs.length === 0) return memories;
      const found = new Map<string, StoredEntry>();
      await eachOf(bySegment(stubs), TOGETHER, async ({ ref, ids }) => {
        for (const [id, entry] of await readOrRefuse(deps, ref, ids))
          found.set(`${ref.namespace} ${id}`, entry);
      });
      const filled = memories.map((memory) => withEntry(memory, found));
      // Deleted or brought back since it was read: its reader finds that out by itself.
      return filled;
    },

    async entries(namespace, archived) {
      const found = new Map<string, StoredEntry>();
      const groups = bySegment(
        archived.map(({ id, segment }) => ({ id, namespace, archived: { segment, at: 0, whole: false } })),
      );
      await eachOf(groups, TOGETHER, async ({ ref, ids }) => {
        for (const [id, entry] of await readOrRefuse(deps, ref, ids)) found.set(id, entry);
      });
      return found;
    },

    async bringBack(trail, namespace, id) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const [segment] = await store.segmentsOf(namespace, [id]);
        if (segment === undefined) return { kind: "missing" };
        const ref = { namespace, segment };
        const entry = (await readOrRefuse(deps, ref, [id])).get(id);
        if (entry === undefined) continue;
        const { id: model, also } = deps.model();
        const outcome = await store.bringBack(trail, ref, entry, {
          // Where two models are wanted, the worker makes both.
          model: also ? undefined : model,
          due: deps.now() + LEAVE_MS,
          now: deps.now(),
        });
        if (outcome.kind === "restored") deps.observe("restored");
        if (outcome.kind !== "moved") return outcome;
      }
      throw archiveUnavailable();
    },

    async purge(namespace, now) {
      try {
        await purgeSegments(deps, namespace, now);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

type Stub = Pick<Memory, "id" | "namespace"> & { readonly archived: Archived };

function stubsIn(memories: readonly (Memory | undefined)[]): Stub[] {
  return memories.flatMap((memory) => stubOf(memory) ?? []);
}

/** Undefined: it isn't archived, or its content is here already. */
function stubOf(memory: Memory | undefined): Stub | undefined {
  if (memory === undefined) return undefined;
  const { id, namespace, archived } = memory;
  return archived === null || archived.whole ? undefined : { id, namespace, archived };
}

function isUnreadable(error: unknown): boolean {
  return error instanceof PlaceAway || error instanceof SegmentDamaged;
}

function refusalOf(error: unknown): unknown {
  if (error instanceof PlaceAway) return archiveUnavailable();
  return error instanceof SegmentDamaged ? archiveDamaged() : error;
}

interface Group {
  readonly ref: SegmentRef;
  readonly ids: string[];
}

/** In the order in which the segments are first named. */
function bySegment(stubs: readonly Stub[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { id, namespace, archived } of stubs) {
    const name = `${namespace} ${archived.segment}`;
    const group = groups.get(name) ?? { ref: { namespace, segment: archived.segment }, ids: [] };
    groups.set(name, group);
    group.ids.push(id);
  }
  return [...groups.values()];
}

async function readOrRefuse(deps: ArchiveDeps, ref: SegmentRef, ids: readonly string[]) {
  try {
    return await readEntries(deps, ref, ids);
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Entries of memories whose stubs pointed to this segment. Those that were moved to another since are looked for there. */
async function readEntries(
  deps: ArchiveDeps,
  ref: SegmentRef,
  ids: readonly string[],
  signal?: AbortSignal,
  tries = TRIES,
): Promise<ReadonlyMap<string, StoredEntry>> {
  const found = await readSegment(deps, ref, new Set(ids), signal);
  if (found !== undefined) return found;
  const now = await deps.store.segmentsOf(ref.namespace, ids);
  const moved = ids.flatMap((id, index) => {
    const segment = now[index];
    return segment === undefined ? [] : [{ id, segment }];
  });
  const entries = new Map<string, StoredEntry>();
  for (const segment of new Set(moved.map((each) => each.segment))) {
    if (segment === ref.segment || tries === 0) throw new SegmentDamaged("it is missing");
    const own = moved.filter((each) => each.segment === segment).map(({ id }) => id);
    const next = { namespace: ref.namespace, segment };
    for (const [id, entry] of await readEntries(deps, next, own, signal, tries - 1)) entries.set(id, entry);
  }
  return entries;
}

/** Undefined: it isn't there, or isn't noted. */
export async function readSegment(
  { store, place, observe }: Pick<ArchiveDeps, "store" | "place" | "observe">,
  ref: SegmentRef,
  wanted?: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredEntry> | undefined> {
  if (place === undefined) throw new PlaceAway("no place is configured");
  const [facts] = await store.segments(ref.namespace, [ref.segment]);
  if (facts === undefined) return undefined;
  const bytes = await place.get(ref, signal);
  if (bytes === undefined) return undefined;
  observe("read");
  return decodeSegment(ref, bytes, facts.sha256, wanted);
}

function withEntry<M extends Memory | undefined>(memory: M, found: ReadonlyMap<string, StoredEntry>): M {
  const stub = stubOf(memory);
  const entry = stub && found.get(`${stub.namespace} ${stub.id}`);
  if (memory === undefined || entry === undefined || stub === undefined) return memory;
  const { content, raw } = entry;
  const whole = { ...memory, content, archived: { ...stub.archived, whole: true } };
  // The interaction comes back where the memory is read in detail.
  return raw !== undefined && isDetail(memory) ? { ...whole, interaction: parseInteraction(raw) } : whole;
}

const isDetail = (memory: Memory): memory is MemoryDetail => "publications" in memory;
