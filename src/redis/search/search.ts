import { inTime, LATE } from "../../domain/deadline.js";
import { stage } from "../../domain/tracing.js";
import { invalid } from "../../domain/errors.js";
import { objectFacet, RULE_FACET, subjectFacet } from "../../memory/model/facets.js";
import type { Candidate, SearchQuery, SearchResult } from "../../memory/ports/search.js";
import { encodeIndexVector } from "../codec/vector.js";
import { expiring } from "../connection/expiring.js";
import { askIndex } from "../connection/ask-index.js";
import type { IndexQuestion } from "../connection/ask-index.js";
import type { RedisGateway } from "../connection/client.js";
import { createRefMap } from "../../memory/model/ref-map.js";
import { refOfKey } from "../keys.js";
import { essentialTerms, hybridPolicy, keywordClause, optionalTerms, scopeClause } from "./query.js";
import type { Params } from "./query.js";
import { numberOfSortKey, readAllRows, readRows } from "./rows.js";
import { scopedIdf } from "./scoped-idf.js";
import type { ModelVector } from "../../memory/model/model-vector.js";
import { toGuess } from "../../memory/text/terms.js";
import type { Guess, KeywordQuery } from "../../memory/text/terms.js";
import type { QueryStatistics } from "../index-statistics.js";
import type { StoreDeps } from "../deps.js";
import { fitsOf } from "./fitting.js";
import type { Fits } from "./fitting.js";

/** Longer than a caller waits: a search is complete, or its caller gets an error. Never partial results. */
export const SEARCH_TIMEOUT_MS = 5000;
const MAX_PASSAGES = 4096;

const KEYWORD_ARGUMENTS = ["SCORER", "BM25STD", "VERBATIM", "WITHSCORES"];
/** Nothing is read of the hashes themselves: the distance is the sort key, the length prior the document's score. */
const VECTOR_ARGUMENTS = ["SCORER", "DOCSCORE", "WITHSCORES", "SORTBY", "distance", "WITHSORTKEYS"];

/**
 * All searches in one round trip: they are sent in the same tick, which node-redis writes as one pipeline. If the index
 * can't decide all of the filter, each goes on until its list is full of memories that fulfil it, or there are no more.
 */
export async function search(store: StoreDeps, query: SearchQuery): Promise<SearchResult> {
  const { deadline, reserveMs } = query;
  const deps = deadline === undefined ? store : { ...store, redis: expiring(store.redis, deadline) };
  const { terms = [], phrases = [], spellings = [] } = query.keyword ?? {};
  const words = new Set([...terms, ...phrases.flat(), ...spellings]);
  const looked = stage("read statistics", () => deps.statistics.lookup(query, [...words]));
  const rarity = scopedIdf(deps, query.scopes, terms.filter(isAsked(query.keyword)), looked);
  const known = await inTime(deadline, Promise.all([looked, rarity]), reserveMs);
  if (known === LATE) return nothingInTime(query);
  const [statistics, { idf, held }] = known;
  const fits = fitsOf(deps, query.filter);
  const whole = (find: (deeper: SearchQuery) => Promise<Found>): Promise<Found> => filled(query, fits, find);
  const { keyword, vector, entities } = query;
  const ruled = query.rule === true ? vector : undefined;
  const guesses = keyword === undefined ? [] : toGuess(keyword, held);
  const searches = [
    keyword &&
      stage("search words", () =>
        whole((deeper) => keywordSearch(deps, deeper, keyword, statistics, guesses)),
      ),
    vector &&
      stage("search vectors", () => whole((deeper) => vectorSearch(deps, deeper, vector, statistics))),
    entities &&
      stage("search names", () => whole((deeper) => entitySearch(deps, deeper, entities, statistics))),
    ruled &&
      stage("search rules", () =>
        filled({ ...query, depth: 1 }, fits, (deeper) => nearestRules(deps, deeper, ruled, statistics)),
      ),
  ];
  const [byWords, byVector, byNames, byRule] = await Promise.all(
    searches.map(async (found) => found && inTime(deadline, found, reserveMs)),
  );
  // With a condition that only the records decide, the number isn't known.
  const searched = fits === undefined ? statistics.letThrough : 0;
  const late = [
    ...(byWords === LATE || byNames === LATE ? (["keyword"] as const) : []),
    ...(byVector === LATE ? (["vector"] as const) : []),
    ...(byRule === LATE ? (["ranking"] as const) : []),
  ];
  return {
    keyword: listIn(byWords),
    vector: listIn(byVector),
    entities: listIn(byNames),
    rules: listIn(byRule),
    late,
    exhausted: byVector !== LATE && byVector?.exhausted === true,
    searched,
    idf,
  };
}

const listIn = (found: Found | typeof LATE | undefined): readonly Candidate[] | undefined =>
  found === LATE ? undefined : found?.candidates;

function nothingInTime({ keyword, vector }: SearchQuery): SearchResult {
  const late = [
    ...(keyword === undefined ? [] : (["keyword"] as const)),
    ...(vector === undefined ? [] : (["vector"] as const)),
  ];
  const none = { keyword: undefined, vector: undefined, entities: undefined };
  return { ...none, late, exhausted: false, searched: 0, idf: () => 0 };
}

const isAsked =
  (keyword: KeywordQuery | undefined) =>
  (term: string): boolean =>
    keyword?.background.has(term) !== true;

interface Found<Kind extends Candidate = Candidate> {
  readonly candidates: readonly Kind[];
  /** There are no more, however deep it looks. */
  readonly exhausted: boolean;
}

/** How many times deeper the first look goes than the list is long, and each next one than the last. */
const FIRST = 8;
const DEEPER = 8;
/** As for a page of a list: a deeper search would keep Redis from all others for longer than a caller waits. */
const DEEPEST = 25_000;

async function filled(
  query: SearchQuery,
  fits: Fits | undefined,
  find: (deeper: SearchQuery) => Promise<Found>,
): Promise<Found> {
  if (fits === undefined) return find(query);
  for (let depth = Math.min(query.depth * FIRST, DEEPEST); ; depth = Math.min(depth * DEEPER, DEEPEST)) {
    const { candidates, exhausted } = await find({ ...query, depth });
    const verdicts = await fits(candidates);
    const fitting = candidates.filter((_, index) => verdicts[index]);
    if (exhausted || fitting.length >= query.depth) {
      return {
        candidates: fitting.slice(0, query.depth),
        exhausted: exhausted && fitting.length <= query.depth,
      };
    }
    if (depth === DEEPEST) {
      throw invalid(
        "filter.metadata",
        `The index can't evaluate this filter, and more than ${DEEPEST} memories would have to be examined. Narrow it by a value, a type, a time or a namespace.`,
      );
    }
  }
}

/** Names select and terms rank; a fact that holds no term comes last. */
async function entitySearch(
  { redis, keys }: StoreDeps,
  query: SearchQuery,
  names: readonly string[],
  statistics: QueryStatistics,
): Promise<Found> {
  if (names.length === 0) return { candidates: [], exhausted: true };
  const params: Params = {};
  const facts = names.flatMap((name) => [subjectFacet(name), objectFacet(name)]);
  const filter = { ...query.filter, groups: [...query.filter.groups, facts] };
  const scope = scopeClause(query.scopes, filter, params, query.moment, { superseded: "behind" });
  const terms = optionalTerms(query.keyword?.terms ?? [], statistics, params);
  const question: IndexQuestion = [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope} ${terms}`,
    ...KEYWORD_ARGUMENTS,
    ...NO_FIELDS,
    ...commonArguments(query.depth, params, boundedBy(redis)),
  ];
  const replies = await askIndex(redis, query.scopes, question, "recall");
  const candidates = bestWords(replies, query.depth, statistics.scales(query.keyword?.terms ?? []));
  return { candidates, exhausted: candidates.length < query.depth };
}

/** The rarest terms may select records outside of the namespaces and the filter. Then all terms have to select. */
async function keywordSearch(
  deps: StoreDeps,
  query: SearchQuery,
  keyword: KeywordQuery,
  statistics: QueryStatistics,
  guesses: readonly Guess[],
): Promise<Found> {
  const all = [...keyword.terms, ...keyword.spellings];
  const essential = essentialTerms(all, statistics, query.depth);
  const found = await selectedBy(deps, query, keyword, essential, statistics, guesses);
  const whole = found.length >= query.depth || essential.length === all.length;
  const candidates = whole ? found : await selectedBy(deps, query, keyword, all, statistics, guesses);
  return { candidates, exhausted: candidates.length < query.depth };
}

async function selectedBy(
  { redis, keys }: StoreDeps,
  query: SearchQuery,
  keyword: KeywordQuery,
  essential: readonly string[],
  statistics: QueryStatistics,
  guesses: readonly Guess[],
): Promise<Candidate[]> {
  const params: Params = {};
  const scope = scopeClause(query.scopes, query.filter, params, query.moment, { superseded: "behind" });
  const question: IndexQuestion = [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope} ${keywordClause(keyword, essential, statistics, params, guesses)}`,
    ...KEYWORD_ARGUMENTS,
    ...NO_FIELDS,
    ...commonArguments(query.depth, params, boundedBy(redis)),
  ];
  const replies = await askIndex(redis, query.scopes, question, "recall");
  return bestWords(replies, query.depth, statistics.scales(keyword.terms));
}

function bestWords(replies: readonly unknown[], depth: number, scales: readonly number[]): Candidate[] {
  const read = (reply: unknown, scale: number): Candidate[] =>
    readRows(reply, 2, (key, score) => candidate(key, Number(score) * scale, 1));
  const [only, ...others] = replies;
  if (others.length === 0) return read(only, 1);
  const found = replies.flatMap((reply, node) => read(reply, scales[node] ?? 1));
  return found.toSorted(bestFirst).slice(0, depth);
}

const bestFirst = (one: Candidate, other: Candidate): number => other.score - one.score;

/** A candidate with the time in which it was current. */
interface Aged extends Candidate {
  readonly since: number;
  readonly until: number;
}

/** The factors by which a search of the past looks deeper, in the first and the second try. */
const PAST_DEPTHS = [2, 8];

/**
 * The nearest memories of a moment. Among vectors, the index is slow to decide what was current at some time: nearly
 * each has a begin of its own, and a range of them is a union of hundreds of lists, walked through again for every
 * batch of neighbours (7 ms instead of 1 over 25,000). So a search of the past looks deeper over all times, and drops
 * what wasn't current; if too few remain, the index has to decide after all.
 */
async function vectorSearch(
  deps: StoreDeps,
  query: SearchQuery,
  vector: ModelVector,
  statistics: QueryStatistics,
): Promise<Found> {
  const nearest = (depth: number, timed: boolean) =>
    nearestMemories(deps, query, vector, statistics, depth, timed);
  const { asOf } = query.moment;
  // Where records decide the filter, the search is deep already.
  if (asOf === undefined || query.depth > MAX_PASSAGES) return nearest(query.depth, true);
  for (const factor of PAST_DEPTHS) {
    const depth = query.depth * factor;
    const { candidates, exhausted } = await nearest(depth, false);
    const current = candidates.filter(({ since, until }) => since <= asOf && asOf < until);
    if (current.length >= query.depth / 4 || candidates.length < depth / 4) {
      return {
        candidates: current.slice(0, query.depth),
        exhausted: exhausted && current.length <= query.depth,
      };
    }
  }
  return nearest(query.depth, true);
}

/** There are few rules, so their distances are computed one by one. */
async function nearestRules(
  deps: StoreDeps,
  query: SearchQuery,
  vector: ModelVector,
  statistics: QueryStatistics,
): Promise<Found> {
  const filter = { ...query.filter, groups: [...query.filter.groups, [RULE_FACET]] };
  const few = { ...statistics, letThrough: 0 };
  const candidates = await nearestPassages(deps, { ...query, filter }, vector, few, query.depth, true);
  return { candidates: bestPassages(candidates), exhausted: candidates.length < query.depth };
}

/**
 * A long memory has many passages and could fill the whole list alone, so where a full list of passages holds
 * too few memories, a deeper one is fetched.
 */
async function nearestMemories(
  deps: StoreDeps,
  query: SearchQuery,
  vector: ModelVector,
  statistics: QueryStatistics,
  depth: number,
  timed: boolean,
): Promise<Found<Aged>> {
  for (let passages = depth; ; passages *= 4) {
    const hits = await nearestPassages(deps, query, vector, statistics, passages, timed);
    const candidates = bestPassages(hits);
    const exhausted = hits.length < passages;
    if (exhausted || passages >= MAX_PASSAGES || candidates.length >= depth / 4)
      return { candidates, exhausted };
  }
}

async function nearestPassages(
  { redis, keys }: StoreDeps,
  query: SearchQuery,
  vector: ModelVector,
  { letThrough, records }: QueryStatistics,
  passages: number,
  timed: boolean,
): Promise<Aged[]> {
  const params: Params = { v: encodeIndexVector(vector.values) };
  const scope = scopeClause(query.scopes, query.filter, params, query.moment, {
    timed,
    superseded: "behind",
  });
  // With ADHOC_BF a filter on the moment is walked through once, with BATCHES again for every batch.
  const past = timed && query.moment.asOf !== undefined;
  // So deep a list holds most records: batches would walk through the graph again and again.
  const policy = past || passages > MAX_PASSAGES ? "ADHOC_BF" : hybridPolicy(letThrough, records);
  const question: IndexQuestion = [
    "FT.SEARCH",
    keys.vectorIndex(vector.model),
    `(${scope === "" ? "*" : scope})=>[KNN ${passages} @v $v HYBRID_POLICY ${policy} AS distance]`,
    ...VECTOR_ARGUMENTS,
    ...(timed ? NO_FIELDS : TIME_FIELDS),
    ...commonArguments(passages, params, boundedBy(redis)),
  ];
  const replies = await askIndex(redis, query.scopes, question, "recall");
  return readAllRows(
    replies,
    timed ? 3 : 4,
    (key, score, sortKey, fields) =>
      aged(key, 1 - numberOfSortKey(sortKey), Number(score), timed ? undefined : fields),
    bestFirst,
    passages,
  );
}

const NO_FIELDS = ["NOCONTENT"];
const TIME_FIELDS = ["RETURN", "2", "since", "until"];

/**
 * Reads a time as RETURN names it, in any order; Infinity if it isn't there. A record without a begin has gone since it
 * was found.
 */
function timeIn(fields: unknown, name: "since" | "until"): number {
  if (!Array.isArray(fields)) return Infinity;
  const place = fields.indexOf(name);
  return place === -1 ? Infinity : Number(fields[place + 1]);
}

/**
 * For a search that callers can make expensive: Redis goes on no longer than twice as long as the gateway waits, so that
 * it is free for others soon, and what it had found by then comes too late to be taken for all.
 */
export const boundedBy = ({ timeoutMs }: RedisGateway): number => Math.min(2 * timeoutMs, SEARCH_TIMEOUT_MS);

export function commonArguments(
  limit: number,
  params: Params,
  timeoutMs = SEARCH_TIMEOUT_MS,
): (string | Buffer)[] {
  const bound = Object.entries(params).flat();
  const window = ["LIMIT", "0", String(limit), "TIMEOUT", String(timeoutMs)];
  // RediSearch takes no list of parameters that is empty.
  const named = bound.length === 0 ? [] : ["PARAMS", String(bound.length), ...bound];
  return [...window, ...named, "DIALECT", "2"];
}

/** Literals, not spreads: there are two hundred of them in a recall. */
function candidate(key: string, score: number, prior: number): Candidate {
  const { namespace, id, version } = refOfKey(key);
  return version === undefined ? { namespace, id, score, prior } : { namespace, id, version, score, prior };
}

function aged(key: string, score: number, prior: number, fields: unknown): Aged {
  const { namespace, id, version } = refOfKey(key);
  const [since, until] = [timeIn(fields, "since"), timeIn(fields, "until")];
  return version === undefined
    ? { namespace, id, score, prior, since, until }
    : { namespace, id, version, score, prior, since, until };
}

/** The first hit of each version of a memory: hits come best first. */
function bestPassages(hits: readonly Aged[]): Aged[] {
  const best: Aged[] = [];
  const seen = createRefMap<(number | undefined)[]>();
  for (const hit of hits) {
    const versions = seen.get(hit);
    if (versions === undefined) seen.set(hit, [hit.version]);
    else if (versions.includes(hit.version)) continue;
    else versions.push(hit.version);
    best.push(hit);
  }
  return best;
}
