import { createTurns } from "../../domain/turns.js";
import type { Trail } from "../../access/trail.js";
import { freeOrphans } from "../lifecycle/free-orphans.js";
import { isBehind } from "../model/moment.js";
import type { Moment } from "../model/moment.js";
import type { Memory } from "../model/record.js";
import type { Using } from "../services.js";
import type { RecordStore, Recorded } from "../ports/records.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import { replaces, isExtract } from "./extracts.js";
import { standingOf } from "./source-excerpt.js";
import type { Standing } from "./source-excerpt.js";

export interface StandIn {
  readonly memory: Memory;
  /** The memory that was found, and those that led from it to this one; empty: it was found itself. */
  readonly behind: readonly Memory[];
  /** The extract that supersedes it, and isn't shown in its place: see `replaces`. */
  readonly extract?: Memory;
}

interface StandInOptions {
  readonly moment: Moment;
  readonly fits: (memory: Memory) => boolean;
  /** Called with each entry in an audit trail. */
  readonly note: (recorded: Recorded) => void;
}

/** Max chain length: a summary of summaries of summaries. */
const MOST_STEPS = 4;

/**
 * What is shown for memories that a recall has found: the superseding memory in place of a superseded one. If that
 * doesn't fulfil the request (a filter on episodes, say, or on metadata of the found one only), or is an extract that
 * doesn't replace it, the found one is shown itself. Undefined: neither.
 */
export async function standIns(
  { store }: Using<RecordStore & LifecycleStore>,
  trail: Trail,
  found: readonly (Memory | undefined)[],
  { moment, fits, note }: StandInOptions,
): Promise<readonly (StandIn | undefined)[]> {
  const shown = found.slice();
  const orphans: Memory[] = [];
  const behind = found.map((): Memory[] => []);
  const extracts = new Map<number, Memory>();
  const saying = new Map<string, Standing>();
  const turn = createTurns();
  for (let step = 0; step < MOST_STEPS; step++) {
    const wanted = [...shown.entries()].flatMap(([place, memory]) =>
      memory !== undefined && !extracts.has(place) && isBehind(memory, moment)
        ? [{ place, ref: { namespace: memory.namespace, id: memory.superseded_by } }]
        : [],
    );
    if (wanted.length === 0) break;
    const unique = new Map(wanted.map(({ ref }) => [`${ref.namespace}\0${ref.id}`, ref]));
    const loaded = await store.load(trail, [], [...unique.values()], undefined, note);
    const byName = new Map([...unique.keys()].map((name, index) => [name, loaded[index]]));
    for (const { place, ref } of wanted) {
      const from = shown[place];
      const name = `${ref.namespace}\0${ref.id}`;
      const next = byName.get(name);
      if (from !== undefined && next !== undefined && isExtract(next) && fits(freed(from))) {
        const standing = saying.get(name) ?? standingOf(next.content);
        saying.set(name, standing);
        await turn();
        if (!replaces(standing, from.content)) {
          extracts.set(place, next);
          continue;
        }
      }
      if (from !== undefined) behind[place]?.push(from);
      if (from !== undefined && next === undefined) orphans.push(from);
      shown[place] = next;
    }
  }
  // Not awaited: the found memories are shown as if they were restored already.
  void freeOrphans({ store }, trail.requestId, orphans).catch(() => {});
  return found.map((memory, place) => {
    if (memory === undefined) return undefined;
    const other = shown[place];
    const extract = extracts.get(place);
    if (extract !== undefined && other !== undefined) {
      return { memory: other, behind: behind[place] ?? [], extract };
    }
    if (other !== undefined && fits(other)) {
      return { memory: other, behind: behind[place] ?? [] };
    }
    const free = freed(memory);
    if (!isBehind(memory, moment) || !fits(free)) return undefined;
    return { memory: orphans.includes(memory) ? free : memory, behind: [] };
  });
}

/** As it was before another one superseded it. */
export const freed = (memory: Memory): Memory => ({ ...memory, superseded_at: null, superseded_by: null });
