import { setImmediate as breathe } from "node:timers/promises";

/** How many tokens a text is. */
export type CountTokens = (text: string) => number;

let loading: Promise<CountTokens> | undefined;

/**
 * A counter by OpenAI's o200k_base, the vocabulary of its current models; others differ by some percent. The 2 MB of
 * vocabulary are read when somebody first asks.
 *
 * Vocabulary and pattern are js-tiktoken's, and so are the counts. Its own merge takes time with the cube of a run
 * without a break: two minutes for 32 KB of spaces, during which nobody else would be served. This one takes
 * n log n of it.
 */
export function tokenCounter(): Promise<CountTokens> {
  loading ??= load();
  return loading;
}

/** Lines of the vocabulary that are read before others get a turn. */
const LINES_A_TURN = 4;

async function load(): Promise<CountTokens> {
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
  return (text) => {
    let count = 0;
    for (const [piece] of text.matchAll(pattern)) {
      const bytes = Buffer.from(piece).toString("latin1");
      count += ranks.has(bytes) ? 1 : mergedLength(bytes, ranks);
    }
    return count;
  };
}

/**
 * How many tokens byte-pair encoding leaves of a piece: of all neighbours that are a token together, those of the
 * lowest rank are joined, the leftmost first, until there are none (Sennrich, Haddow, Birch, 2016).
 * Each character of `bytes` is one byte.
 */
function mergedLength(bytes: string, ranks: ReadonlyMap<string, number>): number {
  const { length } = bytes;
  // A part is named by where it begins: where it ends is where the next one begins.
  const next = Array.from({ length }, (_, index) => index + 1);
  const previous = Array.from({ length }, (_, index) => index - 1);
  const gone = new Uint8Array(length);
  const heap: Pair[] = [];
  const offer = (left: number): void => {
    const right = next[left] ?? length;
    if (right >= length) return;
    const end = next[right] ?? length;
    const rank = ranks.get(bytes.slice(left, end));
    if (rank !== undefined) push(heap, { rank, left, end });
  };
  for (let left = 0; left < length; left++) offer(left);
  let parts = length;
  for (let pair = pop(heap); pair !== undefined; pair = pop(heap)) {
    const { left, end } = pair;
    if (gone[left] === 1) continue;
    const right = next[left] ?? length;
    // One of both has grown since.
    if (right >= length || next[right] !== end) continue;
    gone[right] = 1;
    next[left] = end;
    if (end < length) previous[end] = left;
    parts -= 1;
    offer(left);
    const before = previous[left] ?? -1;
    if (before >= 0) offer(before);
  }
  return parts;
}

interface Pair {
  readonly rank: number;
  readonly left: number;
  readonly end: number;
}

const before = (a: Pair, b: Pair): boolean => a.rank < b.rank || (a.rank === b.rank && a.left < b.left);

function push(heap: Pair[], pair: Pair): void {
  let place = heap.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(pair, above)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = pair;
}

function pop(heap: Pair[]): Pair | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let place = 0;
  for (;;) {
    const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
    const smaller = right !== undefined && left !== undefined && before(right, left) ? right : left;
    if (smaller === undefined || !before(smaller, last)) break;
    heap[place] = smaller;
    place = smaller === right ? 2 * place + 2 : 2 * place + 1;
  }
  heap[place] = last;
  return top;
}
