import type { SearchItem, SearchOperation } from "@langchain/langgraph-checkpoint";
import type { Memory } from "./api.js";
import { PAGE_LIMIT, RECALL_LIMIT } from "./api.js";
import type { StoreContext } from "./context.js";
import { MnemeStoreError } from "./errors.js";
import { readFilter } from "./filter.js";
import type { Filter } from "./filter.js";
import { readItem } from "./item.js";
import { MARK, PART } from "../value/form.js";
import { UnreadableItem } from "../value/read.js";
import { patternBelow } from "./names.js";
import { cutTo } from "./text.js";

/** The longest query of a recall. Of a longer one, the beginning is searched. */
const QUERY_BYTES = 8 * 1024;

/**
 * Items at and below a namespace. With a query, first those that mneme's hybrid recall ranks, with their scores, at
 * most 100. After that, and without a query, the others in the order of namespaces and of their creation, without a
 * score. So `limit` and `offset` can reach everything that fulfils the filter.
 */
export async function search(context: StoreContext, operation: SearchOperation): Promise<SearchItem[]> {
  const { limit = 10, offset = 0 } = operation;
  const found: SearchItem[] = [];
  if (limit <= 0) return found;
  let skip = offset;
  for await (const item of matching(context, operation, offset + limit)) {
    if (skip > 0) skip -= 1;
    else found.push(item);
    if (found.length >= limit) break;
  }
  return found;
}

async function* matching(
  context: StoreContext,
  operation: SearchOperation,
  wanted: number,
): AsyncGenerator<SearchItem> {
  const pattern = patternBelow(context.settings.root, operation.namespacePrefix);
  const filter = readFilter(operation.filter);
  const ranked = new Set<string>();
  const { query } = operation;
  if (query !== undefined && query.trim() !== "") {
    for (const { memory, score } of await recall(context, pattern, query, filter, wanted)) {
      ranked.add(identity(memory));
      const item = await fitting(context, memory, filter);
      if (item !== undefined) yield { ...item, score };
    }
  }
  for await (const memory of all(context, pattern, filter, wanted)) {
    if (ranked.has(identity(memory))) continue;
    const item = await fitting(context, memory, filter);
    if (item !== undefined) yield item;
  }
}

const identity = ({ namespace, key }: Memory): string => `${namespace} ${key}`;

async function fitting(
  context: StoreContext,
  memory: Memory,
  filter: Filter,
): Promise<SearchItem | undefined> {
  const item = await readItem(context, memory).catch(skipUnreadable);
  return item !== undefined && filter.matches(item.value) ? item : undefined;
}

/** One item that can't be read doesn't hide the others. Its message names the item, and no content. */
export function skipUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableItem)) throw error;
  process.emitWarning(`mneme: a search leaves an item away. ${error.message}`, { code: "MNEME_STORE" });
}

/** What the service looks for: not parts of values, and of those that aren't plain it knows no field. */
async function wantedOf({ largeValues }: StoreContext, { pushed }: Filter) {
  const conditions = [
    ...(pushed === undefined ? [] : [{ $or: [pushed, { [MARK]: { exists: true } }] }]),
    ...((await largeValues.areHere()) ? [{ [PART]: { exists: false } }] : []),
  ];
  return conditions.length > 1 ? { $and: conditions } : conditions[0];
}

async function recall(context: StoreContext, pattern: string, query: string, filter: Filter, wanted: number) {
  const metadata = await wantedOf(context, filter);
  const request = {
    query: cutTo(query, QUERY_BYTES),
    namespaces: [pattern],
    filter: { items_only: true, ...(metadata === undefined ? {} : { metadata }) },
    limit: filter.rest ? RECALL_LIMIT : Math.min(wanted, RECALL_LIMIT),
  };
  try {
    return (await context.client.recall(request)).hits;
  } catch (error) {
    // Nothing to rank by: only stop words, and no embedder to ask for their meaning.
    if (error instanceof MnemeStoreError && error.code === "query_without_terms") return [];
    throw error;
  }
}

async function* all(
  context: StoreContext,
  pattern: string,
  filter: Filter,
  wanted: number,
): AsyncGenerator<Memory> {
  const metadata = await wantedOf(context, filter);
  let cursor: string | null = null;
  do {
    const page = await context.client.listMemories({
      namespace: pattern,
      items_only: "true" as const,
      limit: filter.rest ? PAGE_LIMIT : Math.min(wanted, PAGE_LIMIT),
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      cursor: cursor ?? undefined,
    });
    yield* page.memories;
    cursor = page.cursor;
  } while (cursor !== null);
}
