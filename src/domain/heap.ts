/** A binary heap: of 20,000 items the first is found in fifteen comparisons. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  /** All, in no order. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** The first, which stays. */
  get top(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let place = items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#swapIfBefore(place, parent)) break;
      place = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const [top] = items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    items[0] = last;
    for (let place = 0; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const child = this.#comesBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(child, place)) return top;
      place = child;
    }
  }

  #comesBefore(a: number, b: number): boolean {
    const [first, second] = [this.#items[a], this.#items[b]];
    return first !== undefined && second !== undefined && this.#isBefore(first, second);
  }

  #swapIfBefore(a: number, b: number): boolean {
    if (!this.#comesBefore(a, b)) return false;
    const [first, second] = [this.#items[a], this.#items[b]];
    if (first === undefined || second === undefined) return false;
    this.#items[a] = second;
    this.#items[b] = first;
    return true;
  }
}
