import { objectFacet, subjectFacet } from "../../memory/facets.js";
import type { Candidate, SearchQuery, SearchResult } from "../../memory/ports.js";
import { encodeIndexVector } from "../vector.js";
import { refOfKey } from "../keys.js";
import type { Params } from "../query.js";
import { essentialTerms, hybridPolicy, keywordClause, optionalTerms, scopeClause } from "../query.js";
import { numberOfSortKey, readRows } from "../rows.js";
import type { KeywordQuery } from "../../memory/terms.js";
import type { QueryStatistics } from "../statistics.js";
import type { StoreDeps } from "./deps.js";
import { requireModel } from "./insert.js";

/** Longer than a caller waits: a search is whole, or its caller hears that Redis is away; it is never a part. */
export const SEARCH_TIMEOUT_MS = 5000;
const MAX_PASSAGES = 4096;

const KEYWORD_ARGUMENTS = ["SCORER", "BM25STD", "VERBATIM", "WITHSCORES", "NOCONTENT"];
/** Nothing is read of the hashes themselves: the distance is the sort key, the length prior the document's score. */
const VECTOR_ARGUMENTS = [
  "SCORER",
  "DOCSCORE",
  "WITHSCORES",
  "SORTBY",
  "distance",
  "WITHSORTKEYS",
  "NOCONTENT",
];

/** All searches in one round trip: they are sent in the same tick, which node-redis writes as one pipeline. */
export async function search(deps: StoreDeps, query: SearchQuery): Promise<SearchResult> {
  const statistics = await deps.statistics.lookup(query, query.keyword?.terms ?? []);
  const [keyword, vector, entities] = await Promise.all([
    query.keyword && keywordSearch(deps, query, query.keyword, statistics),
    query.vector && vectorSearch(deps, query, query.vector, statistics),
    query.entities && entitySearch(deps, query, query.entities),
  ]);
  return { keyword, vector, entities };
}

/** Names select and terms rank; a fact that holds no term comes last. */
async function entitySearch(
  { redis, keys }: StoreDeps,
  query: SearchQuery,
  names: readonly string[],
): Promise<Candidate[]> {
  if (names.length === 0) return [];
  const params: Params = {};
  const facts = names.flatMap((name) => [subjectFacet(name), objectFacet(name)]);
  const filter = { ...query.filter, groups: [...query.filter.groups, facts] };
  const scope = scopeClause(query.scopes, filter, params, query.moment);
  const terms = optionalTerms(query.keyword?.terms ?? [], params);
  const reply = await redis.run((client) =>
    client.sendCommand([
      "FT.SEARCH",
      keys.recordIndex(),
      `${scope} ${terms}`,
      ...KEYWORD_ARGUMENTS,
      ...commonArguments(query.depth, params),
    ]),
  );
  return readRows(reply, 2, (key, score) => candidate(key, Number(score), 1));
}

/** What the rarest terms select may lie outside of the namespaces and the filter: then all terms have to. */
async function keywordSearch(
  deps: StoreDeps,
  query: SearchQuery,
  keyword: KeywordQuery,
  statistics: QueryStatistics,
): Promise<Candidate[]> {
  const essential = essentialTerms(keyword.terms, statistics, query.depth);
  const found = await selectedBy(deps, query, keyword, essential);
  const whole = found.length >= query.depth || essential.length === keyword.terms.length;
  return whole ? found : selectedBy(deps, query, keyword, keyword.terms);
}

async function selectedBy(
  { redis, keys }: StoreDeps,
  query: SearchQuery,
  keyword: KeywordQuery,
  essential: readonly string[],
): Promise<Candidate[]> {
  const params: Params = {};
  const scope = scopeClause(query.scopes, query.filter, params, query.moment);
  const reply = await redis.run((client) =>
    client.sendCommand([
      "FT.SEARCH",
      keys.recordIndex(),
      `${scope} ${keywordClause(keyword, essential, params)}`,
      ...KEYWORD_ARGUMENTS,
      ...commonArguments(query.depth, params),
    ]),
  );
  return readRows(reply, 2, (key, score) => candidate(key, Number(score), 1));
}

/**
 * A long memory has many passages and could fill the whole list alone, so where a full list of passages holds
 * too few memories, a deeper one is fetched.
 */
async function vectorSearch(
  deps: StoreDeps,
  query: SearchQuery,
  vector: Float32Array,
  statistics: QueryStatistics,
): Promise<Candidate[]> {
  for (let passages = query.depth; ; passages *= 4) {
    const hits = await nearestPassages(deps, query, vector, statistics, passages);
    const candidates = bestPassages(hits);
    const exhausted = hits.length < passages || passages >= MAX_PASSAGES;
    if (exhausted || candidates.length >= query.depth / 4) return candidates;
  }
}

async function nearestPassages(
  { redis, keys, model }: StoreDeps,
  query: SearchQuery,
  vector: Float32Array,
  { letThrough, records }: QueryStatistics,
  passages: number,
): Promise<Candidate[]> {
  const params: Params = { v: encodeIndexVector(vector) };
  const scope = scopeClause(query.scopes, query.filter, params, query.moment);
  const policy = hybridPolicy(letThrough, records);
  const reply = await redis.run((client) =>
    client.sendCommand([
      "FT.SEARCH",
      keys.vectorIndex(requireModel(model)),
      `(${scope === "" ? "*" : scope})=>[KNN ${passages} @v $v HYBRID_POLICY ${policy} AS distance]`,
      ...VECTOR_ARGUMENTS,
      ...commonArguments(passages, params),
    ]),
  );
  return readRows(reply, 3, (key, score, sortKey) =>
    candidate(key, 1 - numberOfSortKey(sortKey), Number(score)),
  );
}

export function commonArguments(limit: number, params: Params): (string | Buffer)[] {
  const bound = Object.entries(params).flat();
  const window = ["LIMIT", "0", String(limit), "TIMEOUT", String(SEARCH_TIMEOUT_MS)];
  return [...window, "PARAMS", String(bound.length), ...bound, "DIALECT", "2"];
}

function candidate(key: string, score: number, prior: number): Candidate {
  return { ...refOfKey(key), score, prior };
}

/** The first hit of each memory: hits come best first. */
function bestPassages(hits: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const hit of hits) {
    const key = `${hit.namespace}\0${hit.id}`;
    if (!best.has(key)) best.set(key, hit);
  }
  return [...best.values()];
}
