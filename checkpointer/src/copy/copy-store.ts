import type { BaseStore, Item } from "@langchain/langgraph-checkpoint";

export interface CopyStoreOptions {
  /** Namespaces below which to copy. Default: all. */
  readonly prefix?: readonly string[];
}

export interface CopiedStore {
  readonly namespaces: number;
  readonly items: number;
}

/** What a copy takes of an item. */
export type SourceItem = Pick<Item, "namespace" | "key" | "value">;

/** The methods of a store that a copy calls. The types of some stores, such as the official RedisStore, lack others. */
export interface StoreSource {
  search(
    prefix: string[],
    options: { readonly limit: number; readonly offset?: number },
  ): Promise<readonly SourceItem[]>;
  listNamespaces(options: { readonly limit: number; readonly offset: number }): Promise<readonly string[][]>;
  /** Gives each item once, as `MnemeStore` does. Without it, the copy pages by the search. */
  items?(prefix: readonly string[]): AsyncIterable<SourceItem>;
}

/** Items and namespaces that are asked for at a time. */
const PAGE = 500;

/**
 * Copies the items of any store of LangGraph to another one: `copyStore(officialStore, new MnemeStore(…))`, through the
 * stores' public methods. A page of items and the names of all are in memory. Run again, it writes the same items. The
 * items' times are those of the copy, because no store lets them be set. The source is only read; let nothing write to
 * it while it is copied.
 *
 * Rejects with an Error that says that the copy isn't complete if the source's search doesn't page over everything: it
 * refuses an offset (`cause` is its error), brings a page again, or doesn't reach items of a namespace that it lists.
 */
export async function copyStore(
  from: StoreSource,
  to: Pick<BaseStore, "put">,
  { prefix = [] }: CopyStoreOptions = {},
): Promise<CopiedStore> {
  const seen = { namespaces: new Set<string>(), items: new Set<string>() };
  const copied = { namespaces: new Set<string>(), items: 0 };
  for await (const { namespace, key, value } of from.items?.(prefix) ?? searched(from, seen.items)) {
    const name = JSON.stringify(namespace);
    seen.namespaces.add(name);
    // Not every store's search takes a prefix as a whole: the official one finds its words in any order.
    if (!prefix.every((label, at) => namespace[at] === label)) continue;
    await to.put(namespace, key, value);
    copied.namespaces.add(name);
    copied.items++;
  }
  if (from.items === undefined) await refuseUnreached(from, seen);
  return { namespaces: copied.namespaces.size, items: copied.items };
}

/**
 * Each item once, by the search, because the official RedisStore lists only the namespaces of 1,000 items. The offset
 * grows by what came, so that a store whose pages are shorter than asked for skips nothing.
 */
async function* searched(from: StoreSource, seen: Set<string>): AsyncGenerator<SourceItem> {
  for (let offset = 0; ;) {
    const page = await pageAt(from, offset);
    if (page.length === 0) return;
    const before = seen.size;
    for (const item of page) {
      const name = nameOf(item);
      if (seen.has(name)) continue;
      seen.add(name);
      yield item;
    }
    if (seen.size === before) throw incomplete(`the source's search brings a page again at offset ${offset}`);
    offset += page.length;
  }
}

async function pageAt(from: StoreSource, offset: number): Promise<readonly SourceItem[]> {
  try {
    return await from.search([], { limit: PAGE, offset });
  } catch (error) {
    if (offset === 0) throw error;
    throw incomplete(`the source's search failed at offset ${offset}`, error);
  }
}

/** A search that ends at a limit in silence looks like one that came to the end. */
async function refuseUnreached(
  from: StoreSource,
  seen: { readonly namespaces: ReadonlySet<string>; readonly items: ReadonlySet<string> },
): Promise<void> {
  const listed = new Set<string>();
  for (let before = -1; before < listed.size;) {
    before = listed.size;
    for (const namespace of await from.listNamespaces({ limit: PAGE, offset: before })) {
      const name = JSON.stringify(namespace);
      listed.add(name);
      // Some stores list namespaces whose items are gone.
      if (seen.namespaces.has(name)) continue;
      const found = await from.search(namespace, { limit: 1 });
      if (found.some((item) => !seen.items.has(nameOf(item))))
        throw incomplete(`the source's search doesn't reach the items of the namespace ${name}`);
    }
  }
}

const nameOf = ({ namespace, key }: SourceItem): string => JSON.stringify([...namespace, key]);

const incomplete = (why: string, cause?: unknown): Error =>
  new Error(`The copy isn't complete: ${why}.`, cause === undefined ? {} : { cause });
