import { facetQuery } from "../conditions/filter.js";
import type { SearchStore } from "../ports/search.js";

export interface WalkOptions<Item> {
  readonly namespace: string;
  /** The sequence number after which it begins; undefined: at the first memory. */
  readonly after: number | undefined;
  /** How many memories to examine. */
  readonly limit: number;
  /** Memories that are read together: one of them may be large. */
  readonly pageSize: number;
  /** It ends after this, with what it has: at the end of a page, or at a memory within it. */
  readonly budgetMs: number;
  /** Reads the memories of a page, in order. */
  readonly read: (ids: readonly string[]) => Promise<readonly Item[]>;
  readonly visit: (item: Item, id: string) => Promise<void>;
  /** Called after the memories of each page that were examined. */
  readonly pageEnded?: () => Promise<void>;
}

export interface Walked {
  readonly examined: number;
  /** Where the next walk begins; undefined at the end. */
  readonly after: number | undefined;
}

/** Examines a namespace's memories a part at a time: those in quarantine and superseded ones too, the oldest first. */
export async function walkMemories<Item>(
  store: Pick<SearchStore, "list">,
  { namespace, after: from, limit, pageSize, budgetMs, read, visit, pageEnded }: WalkOptions<Item>,
): Promise<Walked> {
  const deadline = performance.now() + budgetMs;
  let examined = 0;
  let after = from;
  for (;;) {
    const page = await store.list({
      namespace,
      filter: facetQuery({}),
      order: "asc",
      limit: Math.min(pageSize, limit - examined),
      after,
      quarantined: "any",
      superseded: "any",
    });
    const ids = page.refs.map(({ id }) => id);
    let stopped: number | undefined;
    for (const [at, item] of (await read(ids)).entries()) {
      if (at > 0 && performance.now() > deadline) {
        stopped = at;
        break;
      }
      await visit(item, ids[at] ?? "");
    }
    await pageEnded?.();
    examined += stopped ?? ids.length;
    after = stopped === undefined ? page.next : page.places[stopped - 1];
    if (stopped !== undefined || after === undefined || examined >= limit || performance.now() > deadline)
      return { examined, after };
  }
}
