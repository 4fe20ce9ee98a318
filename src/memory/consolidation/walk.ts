import { facetQuery } from "../filter.js";
import type { MemoryStore } from "../ports.js";
import type { MemoryDetail, MemoryType } from "../record.js";

/** Small: what a page takes to read, others wait. */
const PAGE = 50;

export interface Page {
  readonly memories: readonly MemoryDetail[];
  /** The sequence number up to which it looked. */
  readonly reached: number;
}

/** A namespace's memories of some types in the order of recording, after a sequence number, a page at a time. */
export async function* walk(
  store: MemoryStore,
  namespace: string,
  types: readonly MemoryType[],
  after = 0,
): AsyncGenerator<Page, void> {
  const filter = facetQuery({ memory_types: types });
  let position: number | undefined = after;
  while (position !== undefined) {
    const page = await store.list({
      namespace,
      filter,
      order: "asc",
      quarantined: false,
      limit: PAGE,
      after: position,
    });
    const found = await store.peekDetails(
      namespace,
      page.refs.map(({ id }) => id),
    );
    yield { memories: found.filter((memory) => memory !== undefined), reached: page.reached };
    position = page.next;
  }
}
