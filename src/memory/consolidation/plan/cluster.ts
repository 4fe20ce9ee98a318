import { setImmediate as breathe } from "node:timers/promises";
import { norm, weigh } from "../../text/term-weights.js";

export interface ClusterEpisode {
  /** Unique. */
  readonly id: string;
  /** The same for all members of a cluster. */
  readonly group: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly vector: Float32Array | undefined;
  readonly tokens: number;
  /** Terms for comparison without a vector. */
  readonly terms: readonly string[];
}

export interface ClusterOptions {
  /** Members of a cluster. */
  readonly most: number;
  readonly least: number;
  /** The most tokens of a cluster's members together. */
  readonly most_tokens: number;
  /** Cosine of vectors from which texts may be about the same, as far as that is known of the model. */
  readonly least_cosine?: number | undefined;
}

/**
 * {@link ClusterOptions.least_cosine} by model id. With e5, sentences about the same thing have 0.83 to 0.97, and
 * others 0.68 to 0.81. In long chats, all of one kind, the window's mean separates them.
 */
export const MEASURED_LEAST_COSINE: Readonly<Record<string, number>> = {
  "e5-small-v2-int8-384": 0.82,
  // 0.89 to 0.99, and 0.71 to 0.86.
  "multilingual-e5-small-q4-int8-384": 0.87,
};

/** Episodes that are compared each with each. Keeps clustering linear, and its stretches short. */
const WINDOW = 128;
/** Episodes processed before other work gets a turn. */
const EPISODES_A_TURN = 500;
/** The mean of fewer pairs says nothing about what is usual among them. */
const SMALLEST_WINDOW = 4;
/** How far above its window's mean a cluster's similarity lies, in standard deviations. */
const ABOVE_MEAN = 1;
/** What nearness in time adds at most, in standard deviations. */
const NEARNESS = 0.5;
/** Texts that share less are about something else, whatever the window's mean. */
const LEAST_TERM_COSINE = 0.1;
/** The heaviest terms of one episode. */
const MOST_TERMS = 64;
/** Tolerance for rounding of equal similarities. */
const EPSILON = 1e-9;

/**
 * Clusters of episodes about the same thing, each in the order of time. Episodes that fit nowhere are dropped.
 * Average-link agglomeration within a group, in windows of at most 128 episodes in the order of time: the most similar
 * two clusters become one while their mean similarity is at least one standard deviation above the window's mean.
 * Relative, because the cosines of unrelated texts depend on the model (e5: 0.7–0.85). But a window of unrelated texts
 * has a mean as well. So if the model's scale is known, their mean cosine must also be one that related texts have.
 * Similarity is the cosine of the vectors, plus a little for nearness in time; episodes without a vector are compared
 * with each other by their terms.
 *
 * The same for any order of the episodes. Yields every few milliseconds.
 */
export async function clusterEpisodes(
  episodes: readonly ClusterEpisode[],
  options: ClusterOptions,
  pace: () => Promise<void> = breathe,
): Promise<string[][]> {
  const clusters: ClusterEpisode[][] = [];
  const groups = await groupsOf(episodes);
  for (const window of windowsOf(groups)) {
    if (window.length < Math.max(SMALLEST_WINDOW, options.least)) continue;
    await pace();
    const alike = similarities(window);
    await pace();
    clusters.push(...merge(window, alike, options));
  }
  return clusters
    .filter(({ length }) => length >= options.least)
    .toSorted(byFirst)
    .map((members) => members.map(({ id }) => id));
}

/** Episodes of one group and one kind of vector each. */
async function groupsOf(episodes: readonly ClusterEpisode[]): Promise<ClusterEpisode[][]> {
  const groups = new Map<string, ClusterEpisode[]>();
  for (const [index, episode] of episodes.entries()) {
    if (index % EPISODES_A_TURN === 0) await breathe();
    const name = JSON.stringify([episode.group, dimensionsOf(episode)]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [episode]);
    else group.push(episode);
  }
  return [...groups.values()];
}

/** Windows of about the same length. */
function* windowsOf(groups: readonly (readonly ClusterEpisode[])[]): Generator<readonly ClusterEpisode[]> {
  for (const group of groups) {
    const ordered = group.toSorted(byTime);
    const windows = Math.ceil(ordered.length / WINDOW);
    for (let index = 0; index < windows; index++) {
      const [from, to] = [index, index + 1].map((at) => Math.round((at * ordered.length) / windows));
      yield ordered.slice(from, to);
    }
  }
}

/** 0 where it has no vector, or none that says anything. */
function dimensionsOf({ vector }: ClusterEpisode): number {
  if (vector === undefined) return 0;
  const length = lengthOf(vector);
  return length > 0 && Number.isFinite(length) ? vector.length : 0;
}

const byTime = (a: ClusterEpisode, b: ClusterEpisode) => a.at - b.at || compare(a.id, b.id);

function byFirst([a]: readonly ClusterEpisode[], [b]: readonly ClusterEpisode[]): number {
  return a === undefined || b === undefined ? 0 : compare(a.group, b.group) || byTime(a, b);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A square of similarities of a window's episodes, row by row. */
interface Similarities {
  readonly values: Float64Array;
  readonly least: number;
  /** Similarities without the part for nearness. */
  readonly cosines: Float64Array;
}

function merge(
  window: readonly ClusterEpisode[],
  { values, least, cosines }: Similarities,
  { most, most_tokens, least_cosine = 0 }: ClusterOptions,
): ClusterEpisode[][] {
  const size = window.length;
  const clusters: (ClusterEpisode[] | undefined)[] = window.map((episode) => [episode]);
  const tokens = window.map((episode) => episode.tokens);
  for (;;) {
    let best = least;
    let pair: readonly [number, number] | undefined;
    for (let a = 0; a < size; a++) {
      const one = clusters[a];
      if (one === undefined) continue;
      for (let b = a + 1; b < size; b++) {
        const other = clusters[b];
        const value = values[a * size + b] ?? 0;
        if (other === undefined || value < best || (pair !== undefined && value === best)) continue;
        if (one.length + other.length > most) continue;
        if ((cosines[a * size + b] ?? 0) < least_cosine) continue;
        if ((tokens[a] ?? 0) + (tokens[b] ?? 0) > most_tokens) continue;
        [best, pair] = [value, [a, b]];
      }
    }
    if (pair === undefined) break;
    const [a, b] = pair;
    const [one, other] = [clusters[a] ?? [], clusters[b] ?? []];
    for (const links of [values, cosines]) {
      for (let c = 0; c < size; c++) {
        const [toOne, toOther] = [links[a * size + c] ?? 0, links[b * size + c] ?? 0];
        const mean = (one.length * toOne + other.length * toOther) / (one.length + other.length);
        links[a * size + c] = mean;
        links[c * size + a] = mean;
      }
    }
    clusters[a] = [...one, ...other];
    clusters[b] = undefined;
    tokens[a] = (tokens[a] ?? 0) + (tokens[b] ?? 0);
  }
  return clusters.filter((members) => members !== undefined).map((members) => members.toSorted(byTime));
}

function similarities(window: readonly ClusterEpisode[]): Similarities {
  const [first] = window;
  const byVector = first !== undefined && dimensionsOf(first) > 0;
  const values = byVector ? vectorCosines(window) : termCosines(window);
  // Terms have a least similarity of their own.
  const cosines = byVector ? values.slice() : values.map(() => 1);
  const { deviation } = spread(values, window.length);
  addNearness(values, window, NEARNESS * deviation);
  const now = spread(values, window.length);
  const usual = now.mean + ABOVE_MEAN * now.deviation - EPSILON;
  return { values, cosines, least: byVector ? usual : Math.max(LEAST_TERM_COSINE, usual) };
}

function vectorCosines(window: readonly ClusterEpisode[]): Float64Array {
  const units = window.map(({ vector = new Float32Array() }) => {
    const length = lengthOf(vector);
    return vector.map((value) => value / length);
  });
  return square(units.length, (a, b) => {
    const [one, other] = [units[a] ?? new Float32Array(), units[b] ?? new Float32Array()];
    let dot = 0;
    for (let index = 0; index < one.length; index++) dot += (one[index] ?? 0) * (other[index] ?? 0);
    return dot;
  });
}

function lengthOf(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

/** Term by term, so that only what episodes have in common takes time. */
function termCosines(window: readonly ClusterEpisode[]): Float64Array {
  const size = window.length;
  const vectors = weigh(window.map(({ terms }) => terms)).map((vector) => {
    const heaviest = [...vector].toSorted(([a, left], [b, right]) => right - left || compare(a, b));
    return new Map(heaviest.slice(0, MOST_TERMS));
  });
  const holders = new Map<string, { readonly place: number; readonly weight: number }[]>();
  for (const [place, vector] of vectors.entries()) {
    const length = norm(vector);
    for (const [term, weight] of vector) {
      const holder = { place, weight: weight / length };
      const others = holders.get(term);
      if (others === undefined) holders.set(term, [holder]);
      else others.push(holder);
    }
  }
  const values = new Float64Array(size * size);
  // Sorted, because a sum of fractions depends on their order.
  for (const [, places] of [...holders].toSorted(([a], [b]) => compare(a, b))) {
    for (const one of places) {
      for (const other of places) {
        const at = one.place * size + other.place;
        values[at] = (values[at] ?? 0) + one.weight * other.weight;
      }
    }
  }
  return values;
}

/** Half of `most` for two episodes as far apart as neighbours are on average. */
function addNearness(values: Float64Array, window: readonly ClusterEpisode[], most: number): void {
  const size = window.length;
  const span = (window.at(-1)?.at ?? 0) - (window[0]?.at ?? 0);
  const usual = Math.max(1, span / Math.max(1, size - 1));
  for (const [a, one] of window.entries()) {
    for (const [b, other] of window.entries()) {
      const at = a * size + b;
      values[at] = (values[at] ?? 0) + most / (1 + Math.abs(one.at - other.at) / usual);
    }
  }
}

/** Mean and deviation over all pairs. */
function spread(values: Float64Array, size: number): { readonly mean: number; readonly deviation: number } {
  const pairs = Math.max(1, (size * (size - 1)) / 2);
  let total = 0;
  forPairs(size, (at) => (total += values[at] ?? 0));
  const mean = total / pairs;
  let squares = 0;
  forPairs(size, (at) => (squares += ((values[at] ?? 0) - mean) ** 2));
  return { mean, deviation: Math.sqrt(squares / pairs) };
}

function forPairs(size: number, visit: (at: number) => void): void {
  for (let a = 0; a < size; a++) for (let b = a + 1; b < size; b++) visit(a * size + b);
}

function square(size: number, valueOf: (a: number, b: number) => number): Float64Array {
  const values = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      const value = valueOf(a, b);
      values[a * size + b] = value;
      values[b * size + a] = value;
    }
  }
  return values;
}
