import { MEMORY_TYPES } from "../model/record.js";
import type { MemoryType } from "../model/record.js";
import type { Amount, Group, Kept, LifecycleStore } from "../ports/lifecycle.js";
import { sum, sumByType, tally } from "./stats.js";
import type { SearchStore } from "../ports/search.js";

/** Figures over all namespaces, as of a while ago. */
export interface Survey {
  readonly bytesByType: Readonly<Record<MemoryType, number>>;
  /** Superseded and unread memories; not counted above. */
  readonly superseded: ByType;
  /** Number of memories that have expired so far. */
  readonly expired: number;
  /** What calls left behind in all of them, in bytes. */
  readonly keptBytes: Readonly<Record<keyof Kept, number>>;
  readonly redisMemory: Awaited<ReturnType<LifecycleStore["redisMemory"]>>;
  /** Those that hold most, the largest first. */
  readonly largest: readonly NamedAmount[];
}

export interface NamedAmount extends Amount {
  readonly namespace: string;
}

export interface Surveyor {
  /** The result of the last survey; undefined before the first. Begins another if that was long ago. */
  latest(): Survey | undefined;
}

export interface SurveyorOptions {
  readonly store: Pick<SearchStore, "namespacesIn"> &
    Pick<LifecycleStore, "groupsOf" | "endingsOf" | "keptIn" | "redisMemory">;
  readonly now: () => number;
  /** The number of largest namespaces listed by name. */
  readonly named: number;
}

const KEPT = ["receipts", "audit", "state_changes", "state", "deletions"] as const;
const EVERY_MS = 5 * 60_000;
/** A survey that takes long is made the more seldom, so that it is at most a twentieth of the time. */
const SHARE = 20;
const RETRY_MS = 10_000;
const PAGE = 500;
/** Of one namespace; no request waits for it. */
const BUDGET_MS = 20_000;
const EVERYTHING = { root: "", below: true } as const;

/** Looks through all namespaces, one small query after the other, when it is asked and what it knows is old. */
export function createSurveyor({ store, now, named }: SurveyorOptions): Surveyor {
  let known: Survey | undefined;
  let due = -Infinity;
  let running = false;

  async function groupsOf(namespace: string, behind: boolean): Promise<readonly Group[]> {
    const { groups, complete } = await store.groupsOf(namespace, BUDGET_MS, behind);
    if (!complete) throw new Error("a namespace has more groups than a survey counts in its time");
    return groups;
  }

  async function survey(): Promise<Survey> {
    let [all, superseded] = [sumByType([]), sumByType([])];
    const largest: NamedAmount[] = [];
    let expired = 0;
    let keptBytes = tally(KEPT, () => 0);
    let after: string | undefined;
    for (;;) {
      const namespaces = await store.namespacesIn(EVERYTHING, after, PAGE);
      for (const namespace of namespaces) {
        const groups = await groupsOf(namespace, false);
        all = both(all, sumByType(groups));
        superseded = both(superseded, sumByType(await groupsOf(namespace, true)));
        expired += (await store.endingsOf(namespace, now(), [], 1)).ended;
        const kept = await store.keptIn(namespace);
        keptBytes = tally(KEPT, (kind) => keptBytes[kind] + kept[kind].bytes);
        keepLargest(largest, { namespace, ...sum(groups) }, named);
      }
      after = namespaces.at(-1);
      if (namespaces.length < PAGE || after === undefined) break;
    }
    const bytesByType = tally(MEMORY_TYPES, (type) => all[type].bytes);
    const redisMemory = await store.redisMemory();
    return { bytesByType, superseded, expired, keptBytes, redisMemory, largest };
  }

  async function refresh(): Promise<void> {
    running = true;
    const start = performance.now();
    let pause = RETRY_MS;
    try {
      known = await survey();
      pause = Math.max(EVERY_MS, SHARE * (performance.now() - start));
    } catch {
      // Redis is away, or too slow to count all, and what is known is old: no number is better than a wrong one.
      known = undefined;
      pause = Math.max(RETRY_MS, Math.min(EVERY_MS, SHARE * (performance.now() - start)));
    } finally {
      due = performance.now() + pause;
      running = false;
    }
  }

  return {
    latest() {
      if (!running && performance.now() >= due) void refresh();
      return known;
    },
  };
}

type ByType = Readonly<Record<MemoryType, Amount>>;

function both(one: ByType, other: ByType): ByType {
  return tally(MEMORY_TYPES, (type) => sum([one[type], other[type]]));
}

function keepLargest(entries: NamedAmount[], entry: NamedAmount, size: number): void {
  if (size === 0 || entry.memories === 0) return;
  entries.push(entry);
  entries.sort((one, other) => other.bytes - one.bytes);
  entries.length = Math.min(entries.length, size);
}
