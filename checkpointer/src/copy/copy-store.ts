import { InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import type { BaseStore, Item } from "@langchain/langgraph-checkpoint";
import { NotStoredError, notStored } from "../saver/lossless.js";
import { MnemeStoreError } from "../store/errors.js";
import type { CopyProblem } from "./copy-threads.js";

export interface CopyStoreOptions {
  /** Namespaces below which to copy. Default: all. */
  readonly prefix?: readonly string[];
  /** Reads and converts everything, and looks what the target has, but writes nothing. The counts are what it would write. */
  readonly dryRun?: boolean;
  /**
   * Called for each item that isn't copied (`failed`) or in which a value has another form (`kept`). Default: the first one
   * that fails ends the copy.
   */
  readonly onProblem?: (problem: CopyProblem) => void;
}

export interface CopiedStore {
  /** Namespaces with items that were written. */
  readonly namespaces: number;
  /** Items that were written. */
  readonly items: number;
  /** Items that the target had, not older than the source's: they stay as they are there. */
  readonly seen: number;
  /** Values of items that are kept in another form. */
  readonly kept: number;
  /** Items that couldn't be copied. */
  readonly failed: number;
}

/** What a copy takes of an item. */
export interface SourceItem
  extends Pick<Item, "namespace" | "key" | "value">, Partial<Pick<Item, "updatedAt">> {
  /** Sentences about values that are kept in another form. */
  readonly kept?: readonly string[];
}

/** An item that can't be read. */
export interface UnreadItem {
  readonly where: string;
  readonly reason: string;
}

/** The methods of a store that a copy calls. The types of some stores, such as the official RedisStore, lack others. */
export interface StoreSource {
  search(
    prefix: string[],
    options: { readonly limit: number; readonly offset?: number },
  ): Promise<readonly SourceItem[]>;
  listNamespaces(options: { readonly limit: number; readonly offset: number }): Promise<readonly string[][]>;
  /** Gives each item once, as `MnemeStore` does. Without it, the copy pages by the search. */
  items?(prefix: readonly string[]): AsyncIterable<SourceItem | UnreadItem>;
}

/** Items and namespaces that are asked for at a time. */
const PAGE = 500;

/**
 * Copies the items of any store of LangGraph to another one: `copyStore(officialStore, new MnemeStore(…))`, through the
 * stores' public methods. A page of items and the names of all are in memory. Run again, it writes what is new: an item
 * that the target has, at least as young, stays as it is. The items' times are those of the copy, because no store lets
 * them be set. The source is only read; let nothing write to it while it is copied.
 *
 * Rejects with an Error that says that the copy isn't complete if the source's search doesn't page over everything: it
 * refuses an offset (`cause` is its error), brings a page again, or doesn't reach items of a namespace that it lists.
 * Without `onProblem`, rejects with the error of the first item that can't be carried over, or that the target refuses.
 */
export async function copyStore(
  from: StoreSource,
  to: Pick<BaseStore, "get" | "put">,
  { prefix = [], dryRun = false, onProblem }: CopyStoreOptions = {},
): Promise<CopiedStore> {
  const found = { namespaces: new Set<string>(), items: new Set<string>() };
  const written = new Set<string>();
  const total = { items: 0, seen: 0, kept: 0, failed: 0 };
  const fail = (where: string, reason: string): void => {
    total.failed++;
    onProblem?.({ kind: "failed", where, reason });
  };
  for await (const item of from.items?.(prefix) ?? searched(from, found.items)) {
    if (!("key" in item)) {
      if (onProblem === undefined) throw notStored(item.where, item.reason);
      fail(item.where, item.reason);
      continue;
    }
    const { namespace, key, value, kept = [] } = item;
    const name = JSON.stringify(namespace);
    found.namespaces.add(name);
    // Not every store's search takes a prefix as a whole: the official one finds its words in any order.
    if (!prefix.every((label, at) => namespace[at] === label)) continue;
    const where = `namespace ${name}, key ${JSON.stringify(key)}`;
    try {
      if (await isThere(to, item)) {
        total.seen++;
      } else {
        if (!dryRun) await to.put(namespace, key, value);
        written.add(name);
        total.items++;
      }
      total.kept += kept.length;
      for (const reason of kept) onProblem?.({ kind: "kept", where, reason });
    } catch (error) {
      if (onProblem === undefined || !isOfItem(error)) throw error;
      fail(where, error.message);
    }
  }
  if (from.items === undefined) await refuseUnreached(from, found);
  return { namespaces: written.size, ...total };
}

async function isThere(
  to: Pick<BaseStore, "get">,
  { namespace, key, updatedAt }: SourceItem,
): Promise<boolean> {
  const there = await to.get(namespace, key);
  if (there === null || there === undefined) return false;
  return updatedAt === undefined || there.updatedAt >= updatedAt;
}

/** Any other item may be taken. */
function isOfItem(error: unknown): error is Error {
  if (error instanceof MnemeStoreError)
    return error.status === 400 || error.status === 413 || error.status === 422;
  return error instanceof NotStoredError || error instanceof InvalidNamespaceError;
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
