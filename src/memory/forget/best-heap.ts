import type { Bar } from "./forget-policy.js";
import { isAbove } from "./forget-policy.js";

/** Keeps the best so many of what it is given, and tells the worst of those. */
export interface Best {
  add(entry: Bar): void;
  /** Undefined while there are fewer. */
  worst(): Bar | undefined;
}

/** A binary heap with the worst on top. `size` is at least 1. */
export function createBest(size: number): Best {
  const heap: Bar[] = [];
  const at = (index: number): Bar => heap[index] ?? { worth: Infinity, id: "" };
  const swap = (one: number, other: number): void => {
    const kept = at(one);
    heap[one] = at(other);
    heap[other] = kept;
  };

  function rise(from: number): void {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!isAbove(at(parent), at(place))) return;
      swap(place, parent);
      place = parent;
    }
  }

  function sink(): void {
    for (let place = 0; ;) {
      let lowest = place;
      for (const child of [2 * place + 1, 2 * place + 2])
        if (child < heap.length && isAbove(at(lowest), at(child))) lowest = child;
      if (lowest === place) return;
      swap(place, lowest);
      place = lowest;
    }
  }

  return {
    add(entry) {
      if (heap.length < size) {
        heap.push(entry);
        rise(heap.length - 1);
      } else if (isAbove(entry, at(0))) {
        heap[0] = entry;
        sink();
      }
    },
    worst: () => (heap.length < size ? undefined : heap[0]),
  };
}
