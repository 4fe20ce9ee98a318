import type { MemoryRef } from "./ref.js";

type Ref = Pick<MemoryRef, "namespace" | "id">;

/** Values by memory, whatever its version. */
export interface RefMap<Value> {
  get(ref: Ref): Value | undefined;
  set(ref: Ref, value: Value): void;
}

/**
 * A map for each namespace, of which a recall has few. To join namespace and id into one text for each of hundreds of
 * candidates takes longer than to look them up.
 */
export function createRefMap<Value>(): RefMap<Value> {
  const maps = new Map<string, Map<string, Value>>();
  return {
    get: ({ namespace, id }) => maps.get(namespace)?.get(id),
    set({ namespace, id }, value) {
      const known = maps.get(namespace);
      if (known === undefined) maps.set(namespace, new Map([[id, value]]));
      else known.set(id, value);
    },
  };
}
