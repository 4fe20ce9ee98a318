import type { SearchItem, SearchOperation } from "@langchain/langgraph-checkpoint";
import type { Memory } from "./api.js";
import { PAGE_LIMIT, RECALL_LIMIT } from "./api.js";
import type { StoreContext } from "./context.js";
import { MnemeStoreError } from "./errors.js";
import { readFilter } from "./filter.js";
import type { Filter } from "./filter.js";
import { itemOf } from "./item.js";
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
      const item = fitting(context, memory, filter);
      if (item !== undefined) yield { ...item, score };
    }
  }
  for await (const memory of all(context, pattern, filter, wanted)) {
    if (ranked.has(identity(memory))) continue;
    const item = fitting(context, memory, filter);
    if (item !== undefined) yield item;
  }
}

const identity = ({ namespace, key }: Memory): string => `${namespace} ${key}`;

function fitting({ settings }: StoreContext, memory: Memory, filter: Filter): SearchItem | undefined {
  const item = itemOf(settings.root, memory);
  return item !== undefined && filter.matches(item.value) ? item : undefined;
}

async function recall(
  { client }: StoreContext,
  pattern: string,
  query: string,
  { pushed, rest }: Filter,
  wanted: number,
) {
  const request = {
    query: cutTo(query, QUERY_BYTES),
    namespaces: [pattern],
    filter: { items_only: true, ...(pushed === undefined ? {} : { metadata: pushed }) },
    limit: rest ? RECALL_LIMIT : Math.min(wanted, RECALL_LIMIT),
  };
  try {
    return (await client.recall(request)).hits;
  } catch (error) {
    // Nothing to rank by: only stop words, and no embedder to ask for their meaning.
    if (error instanceof MnemeStoreError && error.code === "query_without_terms") return [];
    throw error;
  }
}

async function* all(
  { client }: StoreContext,
  pattern: string,
  { pushed, rest }: Filter,
  wanted: number,
): AsyncGenerator<Memory> {
  let cursor: string | null = null;
  do {
    const page = await client.listMemories({
      namespace: pattern,
      items_only: "true" as const,
      limit: rest ? PAGE_LIMIT : Math.min(wanted, PAGE_LIMIT),
      metadata: pushed === undefined ? undefined : JSON.stringify(pushed),
      cursor: cursor ?? undefined,
    });
    yield* page.memories;
    cursor = page.cursor;
  } while (cursor !== null);
}
