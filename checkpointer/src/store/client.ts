import { MnemeError } from "@mneme/client";
import type { InitOf, MnemeClient } from "@mneme/client";
import type { Condition, Memory, MemoryPage, NamespacePage, NewItem, Recalled } from "./api.js";
import { MnemeStoreError } from "./errors.js";

/** The service's routes that the store needs. Each may be sent twice and comes to the same. */
export interface Client {
  getItem(namespace: string, key: string): Promise<Memory | undefined>;
  putItem(namespace: string, key: string, item: NewItem, condition?: Condition): Promise<void>;
  deleteItem(namespace: string, key: string, condition?: Condition): Promise<void>;
  listMemories(parameters: InitOf<"/v1/list", "get">["query"]): Promise<MemoryPage>;
  listNamespaces(parameters: InitOf<"/v1/namespaces", "get">["query"]): Promise<NamespacePage>;
  recall(request: InitOf<"/v1/recall", "post">["body"]): Promise<Recalled>;
}

const ITEM = "/v1/namespaces/{ns}/items/{key}";

export function createClient(mneme: MnemeClient): Client {
  return {
    getItem: (ns, key) => item(ns, key, () => unlessMissing(() => mneme.get(ITEM, { path: { ns, key } }))),
    putItem: (ns, key, body, condition) =>
      item(ns, key, async () => {
        await mneme.put(ITEM, { path: { ns, key }, body, ...condition });
      }),
    deleteItem: (ns, key, condition) =>
      item(ns, key, async () => {
        await unlessMissing(() => mneme.delete(ITEM, { path: { ns, key }, ...condition }));
      }),
    listMemories: (query) => told(() => mneme.get("/v1/list", { query }), ""),
    listNamespaces: (query) => told(() => mneme.get("/v1/namespaces", { query }), ""),
    recall: (body) => told(() => mneme.post("/v1/recall", { body }), ""),
  };
}

/** There is no such item; any other 404 means that this isn't a mneme. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MnemeError && error.code === "not_found") return undefined;
    throw error;
  }
}

const item = <T>(namespace: string, key: string, ask: () => Promise<T>): Promise<T> =>
  told(ask, ` (item ${JSON.stringify(key)} in ${namespace})`);

/** In a batch, an error must say which item it is about. */
async function told<T>(ask: () => Promise<T>, about: string): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof MnemeError)) throw error;
    const { code, detail, status, errors } = error;
    throw new MnemeStoreError(code, `${detail}${about}`, {
      ...(status === undefined ? {} : { status }),
      errors,
      cause: error,
    });
  }
}
