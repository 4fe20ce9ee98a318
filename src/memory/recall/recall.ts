import { EmbeddingRefused, EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { Calibration } from "../../embeddings/calibration.js";
import { authorizedParts } from "../../access/authorize.js";
import { askedIn, embeddedPart } from "../text/asked.js";
import type { Scope } from "../../access/grants.js";
import { scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { recencyIn } from "../lifecycle/defaults.js";
import { askedBy } from "../embedding/embed.js";
import type { FacetQuery, MemoryFilter } from "../conditions/filter.js";
import { facetQuery, matches } from "../conditions/filter.js";
import type { Found, Fused, FusionWeights, Lists } from "./fusion.js";
import { fuseScores, keepScores, mergeLists, reciprocalRankFusion } from "./fusion.js";
import type { Judged } from "../trust/judge.js";
import { judgeAll } from "../trust/judge.js";
import type { Moment, SearchResult } from "../ports/index.js";
import type { Memory } from "../model/record.js";
import type { Recency } from "./recency.js";
import { weighRecency } from "./recency.js";
import { checkOwnEmbedding } from "../remember/remember.js";
import type { RelevanceParts } from "./relevance.js";
import { ANSWERABLE, coverageOf, rarityOf, relevanceOf } from "./relevance.js";
import { scaleOf } from "./similarity-scale.js";
import type { RecallStage, Services } from "../services.js";
import type { ChosenTerms, KeywordQuery, ParsedQuery } from "../text/terms.js";
import { chooseTerms, distinctTerms, hasTooMany, parseQuery, termsToCompare } from "../text/terms.js";
import { possibleNames } from "../model/names.js";
import { namesIn } from "../facts/names-in.js";
import { holds, refuseFuture } from "../model/moment.js";
import { sourceExcerpt } from "./source-excerpt.js";
import { standIns } from "./stand-ins.js";
import { touch } from "../lifecycle/touch.js";
import { weighted } from "../trust/trust.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { Outcomes } from "../trust/wilson.js";
import { outcomesOf, reinforced, strengthOf } from "../trust/wilson.js";

export type RecallMode = "hybrid" | "vector" | "keyword";
export type Retriever = "keyword" | "vector";

export type FusionMethod =
  | { readonly method: "auto" }
  | { readonly method: "rrf"; readonly k: number; readonly weights: FusionWeights };

/**
 * `scores`: all are searched together, as one pattern would be, so the order of the request means nothing. `rrf`: each
 * is searched by itself, and the lists are merged by reciprocal rank fusion.
 */
export type NamespaceMerge = "scores" | "rrf";

export interface RecallInput {
  readonly query: string;
  /** The query's vector, where the caller has it already. */
  readonly embedding?: Float32Array | undefined;
  readonly embedding_model?: string | undefined;
  /** Namespaces, or patterns of them such as `acme.shared.**`. */
  readonly namespaces: readonly string[];
  /** How several of them are joined; `scores` unless given. */
  readonly merge?: NamespaceMerge | undefined;
  readonly filter: MemoryFilter;
  readonly limit: number;
  readonly mode: RecallMode;
  readonly fusion: FusionMethod;
  readonly min_score?: number | undefined;
  /** A filter: what is less relevant, in absolute terms, is left out, and nothing worse takes its place. */
  readonly min_relevance?: number | undefined;
  /** A filter: what is trusted less is left out, however well it fits. */
  readonly min_trust?: number | undefined;
  /** How much trust counts in the order: see `weighted`. Undefined: as {@link TRUST_WEIGHT} says. */
  readonly trust_weight?: number | undefined;
  /** How much a procedure's outcomes count: see `reinforced`. Undefined: as {@link OUTCOME_WEIGHT} says. */
  readonly outcome_weight?: number | undefined;
  /** How much it counts how old a memory is; undefined: as configured. */
  readonly recency?: Recency | undefined;
  /** What was recorded and not superseded then; undefined: now. Milliseconds since the epoch. */
  readonly as_of?: number | undefined;
  /** What was so in the world then; undefined: at `as_of`, or now; `any`: whenever it was so. */
  readonly valid_at?: number | "any" | undefined;
  /** False: it isn't noted that the hits were used. It never is as of the past. */
  readonly touch?: boolean | undefined;
  /** `entities`: facts about the entities that the query names are a list of their own. Hybrid recall only. */
  readonly expand?: "entities" | undefined;
}

export interface RecallHit {
  readonly memory: Judged;
  readonly score: number;
  /** How well it fits the query, whatever else was found. */
  readonly relevance: RelevanceParts;
  /** How much of the score its trust adds, or takes when below 0. */
  readonly trustAdds: number;
  /** Undefined: it is no procedure. */
  readonly strength: StrengthPart | undefined;
  readonly found: Found;
  /** Where else among the searched namespaces this memory stands: as its origin, or as a published copy. */
  readonly alsoIn: readonly string[];
  /** Id of the memory that was found, where this one stands for it; of several the one of the excerpt. */
  readonly via: string | null;
  /** What `via` says on the query and this memory doesn't: see `sourceExcerpt`. */
  readonly excerpt: string | null;
  /** `via`, and those that led from it to this one. */
  readonly behind: readonly Memory[];
}

/** What its outcomes make of a procedure's score. */
export interface StrengthPart extends Outcomes {
  readonly strength: number;
  /** How much of the score it adds, or takes when below 0. */
  readonly adds: number;
}

export interface RecallOutcome {
  readonly hits: readonly RecallHit[];
  /** A hint: whether one of the hits is relevant enough to hold an answer. */
  readonly answerable: boolean;
  /** Retrievers that should have taken part but couldn't. */
  readonly degraded: readonly Retriever[];
  readonly terms: KeywordQuery | undefined;
  /** Terms of a long query that were not looked for. */
  readonly leftOut: readonly string[];
  /** As of when; in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Of the default fusion; measured in docs/trust.md. Who asks for one list, or for reciprocal rank fusion, gets the
 * scores of just that unless a weight is asked for too.
 */
export const TRUST_WEIGHT = 0.01;

/** Of the default fusion, likewise: a procedure that always worked passes an untried one that fits a tenth better. */
export const OUTCOME_WEIGHT = 0.1;

/** How deep each list goes. Deep enough for a memory that both lists know, but neither well, to come up. */
export const CANDIDATES = 100;

/**
 * Finds the memories that fit a query best, by words, by meaning, or by both.
 *
 * All namespaces are searched together, unless reciprocal rank fusion of them is asked for: see {@link NamespaceMerge}.
 * A memory and its published copies count as one.
 *
 * A filter, `min_trust` among them, is never relaxed; what expired or changed since it was found is left out. A query without a word to
 * look up (only stop words, only punctuation) is searched by meaning alone; where that can't be, it is refused.
 */
export async function recall(
  services: Services,
  context: Context,
  input: RecallInput,
): Promise<RecallOutcome> {
  const timed = stopwatch(services.observe);
  if (input.expand !== undefined && input.mode !== "hybrid")
    throw invalid("expand", "Only hybrid recall joins lists.");
  const moment = momentOf(context, input);
  const lists = await readable(services, context, input.namespaces);
  const filter = facetQuery(input.filter);
  const parsed = input.mode === "vector" ? undefined : searchableTerms(input.query);
  const [chosen, { vector, degraded, refused }, recency] = await Promise.all([
    parsed && choose(services, parsed),
    timed.later("embed", queryVector(services, context, input)),
    recencyOf(services, input, lists),
  ]);
  const terms = chosen?.query;
  if (terms === undefined && vector === undefined) throw nothingToSearchBy(input.mode, degraded, refused);

  const search = { moment, filter, keyword: terms, vector, depth: CANDIDATES };
  // Of a model that wasn't probed yet this takes as long as to embed; the search takes its time beside it.
  const calibration = vector === undefined ? undefined : services.calibrate();
  const names = input.expand === undefined ? undefined : possibleNames(askedIn(input.query) ?? input.query);
  const find = async ({ scopes }: ScopedList): Promise<SearchResult> => {
    const named = names && (await namesIn(services, names, scopes));
    return services.store.search({ scopes, ...search, entities: named });
  };
  const searched = input.merge === "rrf" ? lists : together(lists);
  const found = await timed.later("search", Promise.all(searched.map(find)));
  const ranked = timed.now("fuse", () => {
    const least = input.min_score ?? -Infinity;
    return mergeLists(
      found.map((result, index) => ({
        name: searched[index]?.name ?? "",
        ranked: fuse(result, input).filter(({ score }) => score >= least),
      })),
    );
  });
  const weighed = await recent(services, context, ranked, moment, recency);
  const asked = terms?.terms.filter((term) => !terms.background.has(term)) ?? [];
  const relevance = relevanceBy(asked, found, await calibration, vector);
  const hits = await timed.later(
    "load",
    loadHits(services, context, weighed, filter, moment, input, terms, relevance),
  );
  if (input.touch !== false && moment.asOf === undefined) {
    touch(
      services,
      hits.flatMap(({ memory, behind }) => [memory, ...behind]),
    );
  }
  const answerable = hits.some((hit) => hit.relevance.relevance >= ANSWERABLE);
  const leftOut = chosen?.leftOut ?? [];
  return { hits, answerable, degraded, terms, leftOut, at: moment.asOf ?? context.now() };
}

async function choose({ store }: Services, parsed: ParsedQuery): Promise<ChosenTerms> {
  const held = hasTooMany(parsed) ? await store.countHolding(termsToCompare(parsed)) : () => 0;
  return chooseTerms(parsed, held);
}

/** How relevant a memory is by which `found` stands, with the memory by which that was found. */
type JudgeRelevance = (found: Found, texts: readonly string[]) => RelevanceParts;

function relevanceBy(
  terms: readonly string[],
  results: readonly SearchResult[],
  calibration: Calibration | undefined,
  query: Float32Array | undefined,
): JudgeRelevance {
  const rarity = rarityOf(terms, results[0]?.idf ?? (() => 0));
  const lists = results.map(({ vector = [], searched }) => ({
    cosines: vector.map(({ score }) => score),
    searched,
  }));
  const scales = calibration && query ? lists.map((list) => scaleOf(calibration, query, list)) : [];
  // Where lists were ranked apart, the strictest of their scales: most of what lies in the others is unrelated too.
  const scale = scales.toSorted((one, other) => other.unrelated - one.unrelated)[0];
  // What a full list of the nearest doesn't hold is no nearer than its last one.
  const ends = lists.flatMap(({ cosines }) => (cosines.length < CANDIDATES ? [] : (cosines.at(-1) ?? [])));
  const farthest = ends.length === 0 ? undefined : Math.max(...ends);
  return ({ fused }, texts) => relevanceOf(coverageOf(rarity, texts), fused.vector?.score ?? farthest, scale);
}

/** What times a caller asks for. Rejects an `as_of` in the future. */
export function momentOf(
  context: Context,
  { as_of, valid_at }: Pick<RecallInput, "as_of" | "valid_at">,
): Moment {
  const now = context.now();
  refuseFuture(as_of, now);
  return { asOf: as_of, validAt: valid_at === "any" ? undefined : (valid_at ?? as_of ?? now) };
}

interface ScopedList {
  /** As the caller wrote it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** What of the wanted namespaces the caller may read; a pattern of which it may read nothing is left out. */
async function readable(
  { audit }: Services,
  context: Context,
  namespaces: readonly string[],
): Promise<ScopedList[]> {
  const lists: ScopedList[] = [];
  for (const name of new Set(namespaces)) {
    const need = { verb: "read", act: "recall" } as const;
    const scopes = await authorizedParts(audit, context, scopeOf(name), need);
    if (scopes.length > 0) lists.push({ name, scopes });
  }
  return lists;
}

/**
 * One list of all: scores of separate lists can't be compared, because each is scaled by what it holds, and ranks say
 * nothing about how well the first of a list fits.
 */
function together(lists: readonly ScopedList[]): readonly ScopedList[] {
  if (lists.length < 2) return lists;
  const scopes = lists.flatMap((list) => list.scopes);
  const unique = new Map(scopes.map((scope) => [`${scope.root} ${scope.below}`, scope]));
  return [{ name: lists.map(({ name }) => name).join(" "), scopes: [...unique.values()] }];
}

/** How long a recall waits for its query's vector before it does without, in milliseconds. */
const EMBED_MS = 3000;

function searchableTerms(query: string): ParsedQuery | undefined {
  const parsed = parseQuery(query);
  return parsed.terms.length + parsed.phrases.length === 0 ? undefined : parsed;
}

interface QueryVector {
  readonly vector: Float32Array | undefined;
  readonly degraded: readonly Retriever[];
  /** The provider refuses this very query: a retry can't help. */
  readonly refused: boolean;
}

async function queryVector(
  { embedder }: Services,
  context: Context,
  input: RecallInput,
): Promise<QueryVector> {
  if (input.mode === "keyword") return { vector: undefined, degraded: [], refused: false };
  if (input.embedding !== undefined) {
    const problem = checkOwnEmbedding(embedder?.model, input.embedding, input.embedding_model);
    if (problem !== undefined) throw problem;
    return { vector: input.embedding, degraded: [], refused: false };
  }
  if (embedder === undefined) return { vector: undefined, degraded: ["vector"], refused: false };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new EmbeddingUnavailable("the query took too long")), EMBED_MS);
  try {
    return {
      vector: await embedder.embedQuery(embeddedPart(input.query), late.signal, askedBy(context)),
      degraded: [],
      refused: false,
    };
  } catch (error) {
    const refused = error instanceof EmbeddingRefused;
    if (!refused && !(error instanceof EmbeddingUnavailable)) throw error;
    return { vector: undefined, degraded: ["vector"], refused };
  } finally {
    clearTimeout(timer);
  }
}

function nothingToSearchBy(mode: RecallMode, degraded: readonly Retriever[], refused: boolean): DomainError {
  if (refused) {
    const message = "The embedding provider refuses this query, and there is nothing else to search by.";
    return new DomainError("query_refused", message, { errors: [{ field: "query", message }] });
  }
  if (degraded.includes("vector") && mode === "vector") {
    return new DomainError("embedder_unavailable", "The query can't be embedded now.", {
      retryAfterSeconds: 5,
    });
  }
  const message = "The query has no word to look up: only stop words or punctuation.";
  return new DomainError("query_without_terms", message, { errors: [{ field: "query", message }] });
}

function fuse(found: SearchResult, input: RecallInput): Fused[] {
  const lists: Lists = found;
  if (input.mode !== "hybrid") return keepScores(lists);
  if (input.fusion.method === "rrf") return reciprocalRankFusion(lists, input.fusion.k, input.fusion.weights);
  return fuseScores(lists);
}

/** As the caller says; else as the namespace does, if one is asked alone, by its name; else as configured. */
async function recencyOf(
  services: Services,
  { recency }: RecallInput,
  lists: readonly ScopedList[],
): Promise<Recency> {
  if (recency !== undefined) return recency;
  const [only, ...others] = lists;
  const named = only !== undefined && others.length === 0 && !scopeOf(only.name).below;
  return recencyIn(services, named ? only.name : undefined);
}

/** Brings how old they are into the scores of what was found, where that counts. */
async function recent(
  { store }: Services,
  context: Context,
  ranked: readonly Found[],
  { asOf }: Moment,
  recency: Recency,
): Promise<readonly Found[]> {
  if (recency.weight === 0 || ranked.length === 0) return ranked;
  const times = await store.timesOf(ranked.map(({ fused }) => fused));
  return weighRecency(ranked, (_, index) => times[index], asOf ?? context.now(), recency);
}

/**
 * Reads records, best first, until there are `limit` that still exist, are unexpired, fulfil the filter and are trusted
 * enough, and nothing that is left could come before the last of them by its trust or its outcomes.
 */
async function loadHits(
  services: Services,
  context: Context,
  ranked: readonly Found[],
  filter: FacetQuery,
  moment: Moment,
  input: RecallInput,
  chosen: KeywordQuery | undefined,
  relevanceFor: JudgeRelevance,
): Promise<RecallHit[]> {
  const { store, audit } = services;
  const { namespaces, limit, min_trust = 0, min_relevance = 0 } = input;
  const weights = weightsOf(input);
  const named = namespaces.filter((name) => !scopeOf(name).below);
  // The trail of one namespace doesn't tell its readers which others were asked for.
  const trail = trailOf(context, "recall");
  if (ranked.length === 0 && named.length === 0)
    await audit.system({ ...trail, other: namespaces.join(" ") }, "ok");
  const now = context.now();
  const fits = (memory: Memory): boolean =>
    !memory.quarantined && isAlive(memory, now) && holds(memory, moment) && matches(memory, filter);
  // By its name, what of it was found by others that it stands for: chains, of which each begins with what was found.
  const shown = new Map<string, (readonly Memory[])[]>();
  let hits: Omit<RecallHit, keyof Origin>[] = [];
  let from = 0;
  do {
    // Where few are trusted enough, each time as many as before, so that there are few times.
    const wanted =
      min_trust > 0 || min_relevance > 0 ? Math.max(limit - hits.length, from) : limit - hits.length;
    const size = promising(ranked, from, Math.max(0, wanted), hits[limit - 1]?.score, weights);
    if (size === 0 && from > 0) break;
    const batch = ranked.slice(from, from + size);
    const refs = batch.flatMap((found) => found.refs);
    const memories = await store.load(trail, from === 0 ? named : [], refs, moment.asOf);
    from += batch.length;
    const standing = await standIns(services, trail, memories, moment, fits);
    const judged = await judgeAll(
      services,
      standing.flatMap((each) => each?.memory ?? []),
      moment.asOf ?? now,
    );
    let [next, nextJudged] = [0, 0];
    for (const found of batch) {
      const own = standing.slice(next, (next += found.refs.length)).filter((each) => each !== undefined);
      const present = own.length;
      const copies = judged
        .slice(nextJudged, (nextJudged += present))
        .filter(({ trust }) => trust.trust >= min_trust);
      // The origin itself, where the caller may read it.
      const memory = copies.find(({ origin }) => origin === null) ?? copies[0];
      if (memory === undefined) continue;
      const behind = own.find((each) => nameOf(each.memory) === nameOf(memory))?.behind ?? [];
      const earlier = shown.get(nameOf(memory));
      if (earlier !== undefined) {
        if (earlier.length < MOST_CHAINS) earlier.push(behind);
        continue;
      }
      shown.set(nameOf(memory), [behind]);
      const also = copies.filter((copy) => copy !== memory).map(({ namespace }) => namespace);
      const texts = [memory, ...behind.slice(0, 1)].map(({ content }) => content);
      const relevance = relevanceFor(found, texts);
      if (relevance.relevance < min_relevance) continue;
      hits.push({ memory, ...weigh(found.score, memory, weights), relevance, found, alsoIn: also });
    }
    // Stable: among equals, the one that fits better stays first.
    hits = hits.toSorted((one, other) => other.score - one.score);
  } while (from < ranked.length);
  // Most often nothing stands for anything, and the query needs no second look.
  const quotes = [...shown.values()].some((chains) => chains.some(({ length }) => length > 0));
  const terms = quotes ? (chosen?.terms ?? distinctTerms(askedIn(input.query) ?? input.query)) : [];
  const mayBeShown = (source: Memory): boolean =>
    fits({ ...source, superseded_at: null, superseded_by: null });
  return hits
    .slice(0, limit)
    .map((hit) =>
      Object.assign(hit, originOf(hit.memory, shown.get(nameOf(hit.memory)) ?? [], terms, mayBeShown)),
    );
}

type Origin = Pick<RecallHit, "via" | "excerpt" | "behind">;

/** Of what a memory was found by, so many are looked at: those that were found first. */
const MOST_CHAINS = 4;

/** Of several by which it was found, the first one that holds words of the query which the memory doesn't hold. */
function originOf(
  { content }: Memory,
  chains: readonly (readonly Memory[])[],
  terms: readonly string[],
  mayBeShown: (source: Memory) => boolean,
): Origin {
  let origin: Origin | undefined;
  for (const [index, behind] of chains.entries()) {
    const [source] = behind;
    const excerpt =
      source !== undefined && mayBeShown(source) ? sourceExcerpt(terms, source.content, content) : undefined;
    const own = { via: source?.id ?? null, excerpt: excerpt?.text ?? null, behind };
    if (excerpt?.holdsMore === true) return own;
    if (index === 0) origin = own;
  }
  return origin ?? { via: null, excerpt: null, behind: [] };
}

const nameOf = ({ namespace, id, version }: Memory): string => `${namespace}\0${id}\0${version}`;

interface Weights {
  readonly trust: number;
  readonly outcomes: number;
}

function weightsOf({ trust_weight, outcome_weight, mode, fusion, filter }: RecallInput): Weights {
  const weighs = mode === "hybrid" && fusion.method === "auto";
  const procedures = filter.memory_types?.includes("procedural") ?? true;
  return {
    trust: trust_weight ?? (weighs ? TRUST_WEIGHT : 0),
    outcomes: procedures ? (outcome_weight ?? (weighs ? OUTCOME_WEIGHT : 0)) : 0,
  };
}

function weigh(
  relevance: number,
  { memory_type, evidence, trust }: Judged,
  weights: Weights,
): Pick<RecallHit, "score" | "trustAdds" | "strength"> {
  const trusted = weighted(relevance, trust.trust, weights.trust);
  const trustAdds = trusted - relevance;
  if (memory_type !== "procedural") return { score: trusted, trustAdds, strength: undefined };
  const outcomes = outcomesOf(evidence.counts);
  const strength = strengthOf(outcomes);
  const score = reinforced(trusted, strength, weights.outcomes);
  return { score, trustAdds, strength: { ...outcomes, strength, adds: score - trusted } };
}

/** The score of what is trusted wholly and never failed; or not at all, and always failed. */
function bound(relevance: number, part: 0 | 1, { trust, outcomes }: Weights): number {
  return reinforced(weighted(relevance, part, trust), part, outcomes);
}

/**
 * How many of what is ranked to read next: as many as are wanted, and what could come before the last of those, or
 * before the last of the hits where there are enough (`least`: its score), by its trust or its outcomes.
 */
function promising(
  ranked: readonly Found[],
  from: number,
  wanted: number,
  least: number | undefined,
  weights: Weights,
): number {
  const last = ranked[Math.min(from + wanted, ranked.length) - 1];
  const floor = least ?? (last === undefined ? -Infinity : bound(last.score, 0, weights));
  let end = least === undefined ? Math.min(from + wanted, ranked.length) : from;
  for (let next = ranked[end]; next !== undefined && bound(next.score, 1, weights) > floor;) {
    end += 1;
    next = ranked[end];
  }
  return end - from;
}

/** Reports how long each stage takes; in seconds. */
function stopwatch(observe: Services["observe"]) {
  const since = (start: number): number => (performance.now() - start) / 1000;
  return {
    async later<T>(stage: RecallStage, work: Promise<T>): Promise<T> {
      const start = performance.now();
      try {
        return await work;
      } finally {
        observe(stage, since(start));
      }
    },
    now<T>(stage: RecallStage, work: () => T): T {
      const start = performance.now();
      const result = work();
      observe(stage, since(start));
      return result;
    },
  };
}
