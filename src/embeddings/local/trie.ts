/** Walks a set of words, letter by letter (UTF-16 units). */
export interface Trie {
  /** The node after this letter, or -1: no word goes on so. The root is 0. */
  step(node: number, unit: number): number;
  /** The index of the word that ends at the node, or -1. */
  wordAt(node: number): number;
}

/** A hash table with linear probing, at most half full. A Map takes five times as much memory. */
interface Edges {
  readonly parents: Int32Array;
  readonly units: Uint16Array;
  /** 0: the slot is free. */
  readonly children: Int32Array;
}

const FIRST_SIZE = 1024;

/** Words are found by their index; an undefined one is left out. */
export function createTrie(words: readonly (string | undefined)[]): Trie {
  let edges = edgesOf(FIRST_SIZE);
  let count = 1;

  function stepOrGrow(node: number, unit: number): number {
    let slot = slotOf(edges, node, unit);
    const child = edges.children[slot] ?? 0;
    if (child > 0) return child;
    if (count * 2 > edges.children.length) {
      edges = doubled(edges);
      slot = slotOf(edges, node, unit);
    }
    put(edges, slot, node, unit, count);
    return count++;
  }

  const ends = new Map<number, number>();
  for (const [index, word] of words.entries()) {
    if (word === undefined) continue;
    let node = 0;
    for (let at = 0; at < word.length; at++) node = stepOrGrow(node, word.charCodeAt(at));
    ends.set(node, index);
  }
  const wordsAt = Int32Array.from({ length: count }, (_, node) => ends.get(node) ?? -1);
  return {
    step: (node, unit) => edges.children[slotOf(edges, node, unit)] || -1,
    wordAt: (node) => wordsAt[node] ?? -1,
  };
}

const edgesOf = (size: number): Edges => ({
  parents: new Int32Array(size),
  units: new Uint16Array(size),
  children: new Int32Array(size),
});

/** The slot of an edge, or the free one where it would be. */
function slotOf({ parents, units, children }: Edges, node: number, unit: number): number {
  const mask = children.length - 1;
  let slot = (Math.imul(Math.imul(node, 0x9e3779b1) ^ (unit + 1), 0x85ebca6b) >>> 7) & mask;
  while (children[slot] !== 0 && (parents[slot] !== node || units[slot] !== unit)) slot = (slot + 1) & mask;
  return slot;
}

function put(
  { parents, units, children }: Edges,
  slot: number,
  node: number,
  unit: number,
  child: number,
): void {
  parents[slot] = node;
  units[slot] = unit;
  children[slot] = child;
}

function doubled(edges: Edges): Edges {
  const larger = edgesOf(edges.children.length * 2);
  for (const [slot, child] of edges.children.entries()) {
    if (child === 0) continue;
    const node = edges.parents[slot] ?? 0;
    const unit = edges.units[slot] ?? 0;
    put(larger, slotOf(larger, node, unit), node, unit, child);
  }
  return larger;
}
