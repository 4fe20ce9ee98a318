import type { Pace } from "../pace.js";
import type { Planning } from "./planner.js";
import { MOST_EXAMINED } from "./planner.js";
import { facetQuery } from "../../conditions/filter.js";
import type { RecordStore } from "../../ports/records.js";
import type { SearchStore } from "../../ports/search.js";
import type { MemoryDetail, MemoryType } from "../../model/record.js";

/** Small: what a page takes to read, others wait. */
const PAGE = 50;

export interface Page {
  readonly memories: readonly MemoryDetail[];
  /** The sequence number up to which it looked. */
  readonly reached: number;
}

export interface WalkOptions {
  /** `asc` unless given. */
  readonly order?: "asc" | "desc";
  /** Where it begins. */
  readonly after?: number;
  /** Ids of memories that come first, wherever they are. */
  readonly again?: readonly string[];
  /** Includes superseded and unread memories. */
  readonly superseded?: boolean;
}

export interface WalkServices {
  readonly memory: { readonly store: Pick<SearchStore, "list"> & Pick<RecordStore, "peekDetails"> };
  readonly pace: Pace;
}

/**
 * A namespace's memories of some types in the order of recording, or against it, a page at a time. Paced page by page,
 * also where nothing comes of a page.
 */
export async function* walk(
  { memory: { store }, pace }: WalkServices,
  namespace: string,
  types: readonly MemoryType[],
  { order = "asc", after, again = [], superseded = false }: WalkOptions = {},
): AsyncGenerator<Page, void> {
  for (let from = 0; from < again.length; from += PAGE) {
    await pace();
    const found = await store.peekDetails(namespace, again.slice(from, from + PAGE));
    const memories = found.filter(
      (memory): memory is MemoryDetail =>
        memory !== undefined &&
        types.includes(memory.memory_type) &&
        (superseded || memory.superseded_at === null),
    );
    yield { memories, reached: after ?? 0 };
  }
  const filter = facetQuery({ memory_types: types });
  let position = after;
  do {
    await pace();
    const page = await store.list({
      namespace,
      filter,
      order,
      quarantined: false,
      superseded: superseded ? "any" : undefined,
      limit: PAGE,
      after: position,
    });
    const found = await store.peekDetails(
      namespace,
      page.refs.map(({ id }) => id),
    );
    yield { memories: found.filter((memory) => memory !== undefined), reached: page.reached };
    position = page.next;
  } while (position !== undefined);
}

/**
 * A namespace's memories from where the last run has come, and on from the first one after the last: at most
 * {@link MOST_EXAMINED}, each once. Notes how far it comes; 0 where it has seen all.
 */
export async function* walkAround(
  { services, run, after, reach }: Pick<Planning, "services" | "run" | "after" | "reach">,
  types: readonly MemoryType[],
): AsyncGenerator<readonly MemoryDetail[], void> {
  const seen = new Set<string>();
  for (const from of after === 0 ? [0] : [after, 0]) {
    for await (const { memories, reached } of walk(services, run.namespace, types, { after: from })) {
      const fresh = memories.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      yield fresh;
      reach(reached);
      if (seen.size >= MOST_EXAMINED) return;
      if (from === 0 && after > 0 && reached >= after) break;
    }
  }
  reach(0);
}
