import { BaseStore } from "@langchain/langgraph-checkpoint";
import type { Item, Operation, OperationResults } from "@langchain/langgraph-checkpoint";
import { runBatch } from "./batch.js";
import { itemsOf } from "./items.js";
import { createClient } from "./client.js";
import type { StoreContext } from "./context.js";
import { readOptions } from "./options.js";
import type { MnemeStoreOptions } from "./options.js";
import { createLargeValues } from "../value/large-values.js";
import { tidyParts } from "../value/tidy-parts.js";
import type { TidyOptions } from "../value/tidy-parts.js";

/**
 * LangGraph's long-term memory in a mneme service, over HTTP: its grants, quotas, audit trail and retention hold for
 * every item, and `query` is its hybrid recall. The items of a namespace are its memories under a key.
 *
 * Every method rejects with a `MnemeStoreError`, whose code is the service's.
 */
export class MnemeStore extends BaseStore {
  readonly #context: StoreContext;

  constructor(options: MnemeStoreOptions) {
    super();
    const settings = readOptions(options);
    const client = createClient(settings.mneme);
    this.#context = { settings, client, largeValues: createLargeValues(client, settings.root) };
  }

  override async batch<Operations extends Operation[]>(
    operations: Operations,
  ): Promise<OperationResults<Operations>> {
    return resultsOf(operations, await runBatch(this.#context, operations));
  }

  /** Each item at and below a namespace once, page after page: unlike a search with an offset, it never begins again. */
  items(prefix: readonly string[] = []): AsyncIterable<Item> {
    return itemsOf(this.#context, prefix);
  }

  /**
   * Deletes parts of large values that no item names any more, such as those of items that ended by the service's TTL or
   * retention, and returns how many. For a job that runs now and then.
   */
  tidy(options?: TidyOptions): Promise<number> {
    return tidyParts(this.#context, options);
  }
}

/** Each result is of the kind that its operation asks for: `perform` decides by the same fields as the type. */
function resultsOf<Operations extends Operation[]>(
  _: Operations,
  results: readonly unknown[],
): OperationResults<Operations> {
  return results as OperationResults<Operations>;
}
