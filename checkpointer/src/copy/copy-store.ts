import type { BaseStore } from "@langchain/langgraph-checkpoint";

export interface CopyStoreOptions {
  /** Namespaces below which to copy. Default: all. */
  readonly prefix?: readonly string[];
}

export interface CopiedStore {
  readonly namespaces: number;
  readonly items: number;
}

/** Items and namespaces that are asked for at a time. */
const PAGE = 100;

/**
 * Copies the items of any store of LangGraph to another one: `copyStore(officialStore, new MnemeStore(…))`, through the
 * stores' public methods, a page in memory at a time. Run again, it writes the same items. The items' times are those of the
 * copy, because no store lets them be set. The source is only read.
 */
export async function copyStore(
  from: BaseStore,
  to: BaseStore,
  { prefix }: CopyStoreOptions = {},
): Promise<CopiedStore> {
  const total = { namespaces: 0, items: 0 };
  for await (const namespace of namespacesOf(from, prefix)) {
    total.namespaces++;
    for await (const { key, value } of itemsOf(from, namespace)) {
      await to.put(namespace, key, value);
      total.items++;
    }
  }
  return total;
}

async function* namespacesOf(from: BaseStore, prefix: readonly string[] | undefined) {
  const below = prefix === undefined ? {} : { prefix: [...prefix] };
  for (let offset = 0; ; offset += PAGE) {
    const page = await from.listNamespaces({ ...below, limit: PAGE, offset });
    yield* page;
    if (page.length < PAGE) return;
  }
}

/** A search finds what is below a namespace too. */
async function* itemsOf(from: BaseStore, namespace: string[]) {
  const own = JSON.stringify(namespace);
  for (let offset = 0; ; offset += PAGE) {
    const page = await from.search(namespace, { limit: PAGE, offset });
    for (const item of page) if (JSON.stringify(item.namespace) === own) yield item;
    if (page.length < PAGE) return;
  }
}
