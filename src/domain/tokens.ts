import { setImmediate as breathe } from "node:timers/promises";
import { createTurns } from "./turns.js";

/** Counts the tokens of a text. For short texts: 32 KiB without a break take 20 ms. */
export type CountTokens = (text: string) => number;

export interface TokenCounter {
  readonly count: CountTokens;
  /** As `count`, for a text of any length: it yields every few milliseconds. */
  readonly countInTurns: (text: string) => Promise<number>;
}

let loading: Promise<TokenCounter> | undefined;

/**
 * A counter by OpenAI's o200k_base, the vocabulary of its current models; others differ by some percent. The 2 MB of
 * vocabulary are read on first use.
 *
 * Vocabulary and pattern are js-tiktoken's, and so are the counts. Its own merge takes time with the cube of a run
 * without a break: two minutes for 32 KB of spaces, during which no other request would be served. This one takes n log
 * n.
 */
export function tokenCounter(): Promise<TokenCounter> {
  loading ??= load();
  return loading;
}

/** Lines of the vocabulary that are read before others get a turn. */
const LINES_A_TURN = 4;

async function load(): Promise<TokenCounter> {
  const { default: vocabulary } = await import("js-tiktoken/ranks/o200k_base");
  const ranks = new Map<string, number>();
  for (const [index, line] of vocabulary.bpe_ranks.split("\n").entries()) {
    if (index % LINES_A_TURN === 0) await breathe();
    // `! <rank of the first> <base64> <base64> …`
    const [, first, ...tokens] = line.split(" ");
    for (const [place, token] of tokens.entries()) {
      ranks.set(Buffer.from(token, "base64").toString("latin1"), Number(first) + place);
    }
  }
  const pattern = new RegExp(vocabulary.pat_str, "gu");
  return {
    count: (text) => finish(counting(text, pattern, ranks)),
    countInTurns: async (text) => {
      const work = counting(text, pattern, ranks);
      const turn = createTurns();
      for (;;) {
        const { done, value } = work.next();
        if (done === true) return value;
        await turn();
      }
    },
  };
}

/** Steps of a count between two looks at the clock: some tenths of a millisecond. */
const STEPS = 500;

type Counting = Generator<undefined, number>;

function finish(work: Counting): number {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

function* counting(text: string, pattern: RegExp, ranks: ReadonlyMap<string, number>): Counting {
  let count = 0;
  let steps = 0;
  for (const [piece] of text.matchAll(pattern)) {
    const bytes = Buffer.from(piece).toString("latin1");
    count += ranks.has(bytes) ? 1 : yield* mergedLength(bytes, ranks);
    steps += 1;
    if (steps % STEPS === 0) yield;
  }
  return count;
}

/** More than any text has bytes: a pair's rank and place in one number. */
const PLACES = 2 ** 30;

/**
 * The tokens that byte-pair encoding leaves of a piece: of all neighbours that are a token together, those of the
 * lowest rank are joined, the leftmost first, until there are none (Sennrich, Haddow, Birch, 2016). Each character of
 * `bytes` is one byte.
 */
function* mergedLength(bytes: string, ranks: ReadonlyMap<string, number>): Counting {
  const { length } = bytes;
  // A part is named by where it begins: where it ends is where the next one begins.
  const next = Int32Array.from({ length }, (_, index) => index + 1);
  const previous = Int32Array.from({ length }, (_, index) => index - 1);
  // Rank of each pair by its left part. Other ranks in the heap are stale: their pairs have grown since.
  const rankAt = new Int32Array(length).fill(-1);
  const heap = new NumberHeap();
  const offer = (left: number): void => {
    const right = next[left] ?? length;
    const rank = right < length ? ranks.get(bytes.slice(left, next[right])) : undefined;
    rankAt[left] = rank ?? -1;
    if (rank !== undefined) heap.push(rank * PLACES + left);
  };
  for (let left = 0; left < length; left++) {
    offer(left);
    if (left % STEPS === 0) yield;
  }
  let parts = length;
  let steps = 0;
  for (let pair = heap.pop(); pair !== undefined; pair = heap.pop()) {
    steps += 1;
    if (steps % STEPS === 0) yield;
    const left = pair % PLACES;
    if (rankAt[left] !== (pair - left) / PLACES) continue;
    const right = next[left] ?? length;
    const end = next[right] ?? length;
    rankAt[right] = -1;
    next[left] = end;
    if (end < length) previous[end] = left;
    parts -= 1;
    offer(left);
    const before = previous[left] ?? -1;
    if (before >= 0) offer(before);
  }
  return parts;
}

/** The lowest first; as {@link Heap} without calls between: a long text takes millions of steps. */
class NumberHeap {
  readonly #numbers: number[] = [];

  push(number: number): void {
    const heap = this.#numbers;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (above <= number) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = number;
  }

  pop(): number | undefined {
    const heap = this.#numbers;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const smaller = right < heap.length && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left;
      const below = heap[smaller] ?? 0;
      if (below >= last) break;
      heap[place] = below;
      place = smaller;
    }
    heap[place] = last;
    return top;
  }
}
