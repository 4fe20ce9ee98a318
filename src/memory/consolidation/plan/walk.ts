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

/** A namespace's memories of some types in the order of recording, or against it, a page at a time. */
export async function* walk(
  store: Pick<SearchStore, "list"> & Pick<RecordStore, "peekDetails">,
  namespace: string,
  types: readonly MemoryType[],
  { order = "asc", after, again = [], superseded = false }: WalkOptions = {},
): AsyncGenerator<Page, void> {
  for (let from = 0; from < again.length; from += PAGE) {
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
