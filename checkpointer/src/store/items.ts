import type { Item } from "@langchain/langgraph-checkpoint";
import { PAGE_LIMIT } from "./api.js";
import type { StoreContext } from "./context.js";
import { readItem } from "./item.js";
import { patternBelow } from "./names.js";
import { skipUnreadable } from "./search.js";
import { PART } from "../value/form.js";

/**
 * Each item at and below a namespace once, in the order of namespaces and of their creation, page after page. One that
 * can't be read is left out with a warning, as by a search.
 */
export async function* itemsOf(context: StoreContext, prefix: readonly string[]): AsyncGenerator<Item> {
  const large = await context.largeValues.areHere();
  let cursor: string | null = null;
  do {
    const page = await context.client.listMemories({
      namespace: patternBelow(context.settings.root, prefix),
      items_only: "true" as const,
      limit: PAGE_LIMIT,
      // Parts of large values would come with all that they hold.
      metadata: large ? JSON.stringify({ [PART]: { exists: false } }) : undefined,
      cursor: cursor ?? undefined,
    });
    for (const memory of page.memories) {
      const item = await readItem(context, memory).catch(skipUnreadable);
      if (item !== undefined) yield item;
    }
    cursor = page.cursor;
  } while (cursor !== null);
}
