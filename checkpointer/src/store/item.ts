import type { Item } from "@langchain/langgraph-checkpoint";
import type { Memory } from "./api.js";
import { decodeKey, decodeNamespace } from "./names.js";

/** Undefined: this memory isn't an item of the store's. */
export function itemOf(root: readonly string[], memory: Memory): Item | undefined {
  const namespace = decodeNamespace(root, memory.namespace);
  if (memory.key === null || namespace === undefined) return undefined;
  return {
    namespace,
    key: decodeKey(memory.key),
    value: memory.metadata,
    createdAt: new Date(memory.recorded_at),
    updatedAt: new Date(memory.updated_at),
  };
}
