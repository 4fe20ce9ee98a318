import { Heap } from "../../domain/heap.js";
import type { Bar } from "./forget-policy.js";
import { isAbove } from "./forget-policy.js";

/** Keeps the best items, up to a number, and returns the worst of them. */
export interface Best {
  add(entry: Bar): void;
  /** Those that it keeps, in no order. */
  readonly entries: readonly Bar[];
  /** Undefined while there are fewer. */
  worst(): Bar | undefined;
}

/** A heap with the worst on top. `size` is at least 1. */
export function createBest(size: number): Best {
  const heap = new Heap<Bar>((one, other) => isAbove(other, one));
  return {
    add(entry) {
      if (heap.top !== undefined && heap.size >= size) {
        if (!isAbove(entry, heap.top)) return;
        heap.pop();
      }
      heap.push(entry);
    },
    get entries() {
      return heap.items;
    },
    worst: () => (heap.size < size ? undefined : heap.top),
  };
}
