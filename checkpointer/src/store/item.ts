import type { Item } from "@langchain/langgraph-checkpoint";
import type { Memory } from "./api.js";
import type { StoreContext } from "./context.js";
import { decodeKey, decodeNamespace } from "./names.js";
import { PART } from "../value/form.js";
import { readValue } from "../value/read.js";

/** Undefined: this memory isn't an item of the store's, or has been deleted since. */
export async function readItem(context: StoreContext, found: Memory): Promise<Item | undefined> {
  const namespace = decodeNamespace(context.settings.root, found.namespace);
  if (found.key === null || namespace === undefined || Object.hasOwn(found.metadata, PART)) return undefined;
  const read = await readValue(context, found);
  if (read === undefined) return undefined;
  return {
    namespace,
    key: decodeKey(found.key),
    value: read.value,
    createdAt: new Date(read.memory.recorded_at),
    updatedAt: new Date(read.memory.updated_at),
  };
}
