import { nameOf } from "../model/original.js";
import { createRefMap } from "../model/ref-map.js";
import type { MemoryRef } from "../model/ref.js";
import type { Candidate } from "../ports/search.js";
import type { FusionWeights } from "../ports/recall-input.js";
import type { QuestionPart } from "./question-turns.js";
import type { SpeakerPart } from "./speaker-boost.js";
import type { RecencyPart } from "./recency.js";
import type { SessionPart } from "./session-boost.js";
import type { TimePart } from "./time-boost.js";

/** One list's part in a fused score. */
export interface Contribution {
  /** Counted from 1. */
  readonly rank: number;
  /** The retriever's own score: BM25, or cosine similarity. */
  readonly score: number;
  /** Its part of the fused score. */
  readonly adds: number;
}

export interface Fused extends MemoryRef {
  readonly score: number;
  readonly keyword: Contribution | undefined;
  readonly vector: Contribution | undefined;
  /** Facts about entities that the query names. */
  readonly entities: Contribution | undefined;
  /** The standing rule that is nearest to the query; missing for all others. */
  readonly rule?: Contribution | undefined;
}

export interface Lists {
  readonly keyword: readonly Candidate[] | undefined;
  readonly vector: readonly Candidate[] | undefined;
  readonly entities?: readonly Candidate[] | undefined;
  /** At most one. */
  readonly rules?: readonly Candidate[] | undefined;
}

/**
 * Reciprocal rank fusion: `RRF(d) = Σ w / (k + rank(d))`, ranks from 1
 * (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet, SIGIR 2009; k = 60 there).
 */
export function reciprocalRankFusion(lists: Lists, k: number, weights: FusionWeights): Fused[] {
  return combine(lists, {
    keyword: (_, rank) => weights.keyword / (k + rank),
    vector: (_, rank) => weights.vector / (k + rank),
    entities: (_, rank) => weights.entities / (k + rank),
  });
}

/** The keyword list's share of a fused score; anything from .5 to .7 measures the same. */
const KEYWORD_SHARE = 0.6;
/** The bonus of the best fact about a named entity. It passes slightly better hits, not much better ones. */
const ENTITIES_WEIGHT = 0.2;

/**
 * `score(d) = .6 · k(d) + .4 · prior(d) · v(d)`, where k and v are the scores of each list min-max normalised over
 * that list, and 0 for what it doesn't hold (Lee: Analyses of multiple evidence combination, SIGIR 1997; a convex
 * combination of scores beats RRF: Bruch, Gai, Ingber: An analysis of fusion functions for hybrid retrieval, TOIS
 * 2023). The keyword scores hold the length prior already. The range of a short list is taken to be at least a quarter
 * of the best keyword score, and .05 of cosine similarity: few that fit about alike stay about alike, for trust and
 * outcomes to tell apart. Measured in docs/recall.md.
 *
 * With `expand: "entities"`, `+ .2 · e(d)`, likewise, over facts about the entities that the query names.
 */
export function fuseScores(lists: Lists, entitiesWeight = ENTITIES_WEIGHT): Fused[] {
  const keyword = minMax(lists.keyword, LEAST_RANGE.keyword);
  const vector = minMax(lists.vector, LEAST_RANGE.vector);
  const entities = minMax(lists.entities, LEAST_RANGE.keyword);
  return combine(lists, {
    keyword: ({ score }) => KEYWORD_SHARE * keyword(score),
    vector: ({ score, prior }) => (1 - KEYWORD_SHARE) * prior * vector(score),
    entities: ({ score }) => entitiesWeight * entities(score),
  });
}

/** A list that is shorter than this ends where candidates do, not where they stop to fit. */
const SHORT = 20;
const LEAST_RANGE = { keyword: (best: number) => best / 4, vector: () => 0.05 } as const;

/** A list whose scores are all equal, such as a single hit, counts as fully relevant. */
function minMax(
  list: readonly Candidate[] = [],
  leastRange: (best: number) => number,
): (score: number) => number {
  const scores = list.map(({ score }) => score);
  const best = Math.max(...scores);
  const own = best - Math.min(...scores);
  const range = list.length < SHORT ? Math.max(own, leastRange(best)) : own;
  return (score) => (range > 0 ? 1 - (best - score) / range : 1);
}

/** A single list as it is: the score is the retriever's own. */
export function keepScores(lists: Lists): Fused[] {
  const own = (candidate: Candidate): number => candidate.score;
  return combine(lists, { keyword: own, vector: own, entities: own });
}

type Score = (candidate: Candidate, rank: number) => number;

/** Joins the lists by memory; highest score first, and among equals the one that a retriever ranked higher. */
export function combine(
  lists: Lists,
  scores: { readonly keyword: Score; readonly vector: Score; readonly entities: Score },
): Fused[] {
  const fused: Mutable<Fused>[] = [];
  const known = createRefMap<Mutable<Fused>>();
  for (const source of ["keyword", "vector", "entities"] as const) {
    let rank = 0;
    for (const candidate of lists[source] ?? []) {
      rank += 1;
      const contribution = { rank, score: candidate.score, adds: scores[source](candidate, rank) };
      let memory = known.get(candidate);
      if (memory === undefined) {
        memory = notYetRanked(candidate);
        known.set(candidate, memory);
        fused.push(memory);
      }
      memory.score += contribution.adds;
      memory[source] = contribution;
    }
  }
  return fused.toSorted((one, other) => other.score - one.score || bestRank(one) - bestRank(other));
}

/** A literal, not a spread of the candidate: V8 takes microseconds to copy the rest of an object, for 200 of them. */
function notYetRanked({ namespace, id, version }: Candidate): Mutable<Fused> {
  return version === undefined
    ? { namespace, id, score: 0, keyword: undefined, vector: undefined, entities: undefined }
    : { namespace, id, version, score: 0, keyword: undefined, vector: undefined, entities: undefined };
}

/** A ranked list of one of the namespaces, or patterns, that a recall asks for; or of all of them together. */
export interface NamedList {
  readonly name: string;
  readonly ranked: readonly Fused[];
}

/** A memory's place in one of the merged lists. */
export interface Place {
  readonly name: string;
  /** Counted from 1. */
  readonly rank: number;
  readonly adds: number;
}

export interface Found {
  readonly score: number;
  /** Its best standing: where it came first. */
  readonly fused: Fused;
  /** The memory and its published copies, as far as they were found. */
  readonly refs: readonly MemoryRef[];
  /** Empty where there was one list only. */
  readonly places: readonly Place[];
  /** Undefined: the query names no time. */
  readonly time?: TimePart;
  /** Undefined: no other of the best hits is of its session. */
  readonly session?: SessionPart;
  /** Undefined: it neither asks, nor follows one of the best hits that does. */
  readonly question?: QuestionPart;
  /** Undefined: the question isn't about what its speaker said. */
  readonly speaker?: SpeakerPart;
  /** Undefined: recency doesn't count. */
  readonly recency?: RecencyPart;
}

/** The name of the memory that a found one is: a published copy has its origin's. */
export type MemoryOf = (ref: MemoryRef) => string;

/** The same as in the guide, and in the paper that {@link reciprocalRankFusion} is from. */
const MERGE_K = 60;

/**
 * One list of several: `Σ 1 / (60 + rank)` over the lists that hold a memory. A single list keeps its scores.
 *
 * A memory and its published copies are one, within a list too: there, their best rank counts.
 */
export function mergeLists(lists: readonly NamedList[], memoryOf: MemoryOf): Found[] {
  const [only, ...others] = lists;
  // Nearly all recalls: one list, without copies.
  if (only !== undefined && others.length === 0 && memoryOf === nameOf) return only.ranked.map(alone);
  const merged = new Map<string, Mutable<Found> & { refs: MemoryRef[]; places: Place[] }>();
  for (const { name: list, ranked } of lists) {
    const seen = new Set<string>();
    for (const fused of ranked) {
      const { namespace } = fused;
      const name = memoryOf(fused);
      let found = merged.get(name);
      if (found === undefined) {
        found = { score: 0, fused, refs: [], places: [] };
        merged.set(name, found);
      }
      if (!found.refs.some((ref) => ref.namespace === namespace)) found.refs.push(refOf(fused));
      if (seen.has(name)) continue;
      seen.add(name);
      const rank = seen.size;
      const adds = lists.length === 1 ? fused.score : 1 / (MERGE_K + rank);
      found.score += adds;
      if (lists.length > 1) found.places.push({ name: list, rank, adds });
    }
  }
  // Stable: among equals, the list that was named first goes first.
  return [...merged.values()].toSorted((one, other) => other.score - one.score);
}

/** In a list, each memory is once. */
const alone = (fused: Fused): Found => ({ score: fused.score, fused, refs: [fused], places: NO_PLACES });

const NO_PLACES: readonly Place[] = [];

function refOf({ namespace, id, version }: MemoryRef): MemoryRef {
  return version === undefined ? { namespace, id } : { namespace, id, version };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function bestRank({ keyword, vector, entities }: Fused): number {
  return Math.min(keyword?.rank ?? Infinity, vector?.rank ?? Infinity, entities?.rank ?? Infinity);
}
