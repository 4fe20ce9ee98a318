import type { Trail } from "../../access/trail.js";
import { freeOrphans } from "../lifecycle/free-orphans.js";
import { isBehind } from "../model/moment.js";
import type { Moment } from "../model/moment.js";
import type { Memory } from "../model/record.js";
import type { Using } from "../services.js";
import type { RecordStore, Recorded } from "../ports/records.js";
import type { LifecycleStore } from "../ports/lifecycle.js";

export interface StandIn {
  readonly memory: Memory;
  /** The memory that was found, and those that led from it to this one; empty: it was found itself. */
  readonly behind: readonly Memory[];
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
 * doesn't fulfil the request (a filter on episodes, say, or on metadata of the found one only), the found one is shown
 * itself. Undefined: neither.
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
  for (let step = 0; step < MOST_STEPS; step++) {
    const wanted = [...shown.entries()].flatMap(([place, memory]) =>
      memory !== undefined && isBehind(memory, moment)
        ? [{ place, ref: { namespace: memory.namespace, id: memory.superseded_by } }]
        : [],
    );
    if (wanted.length === 0) break;
    const unique = new Map(wanted.map(({ ref }) => [`${ref.namespace}\0${ref.id}`, ref]));
    const loaded = await store.load(trail, [], [...unique.values()], undefined, note);
    const byName = new Map([...unique.keys()].map((name, index) => [name, loaded[index]]));
    for (const { place, ref } of wanted) {
      const from = shown[place];
      const next = byName.get(`${ref.namespace}\0${ref.id}`);
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
    if (other !== undefined && fits(other)) {
      return { memory: other, behind: behind[place] ?? [] };
    }
    const free = { ...memory, superseded_at: null, superseded_by: null };
    if (!isBehind(memory, moment) || !fits(free)) return undefined;
    return { memory: orphans.includes(memory) ? free : memory, behind: [] };
  });
}
