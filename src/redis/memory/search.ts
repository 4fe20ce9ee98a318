import type { Candidate, SearchQuery, SearchResult } from "../../memory/ports.js";
import { encodeIndexVector } from "../vector.js";
import { refOfKey } from "../keys.js";
import type { Params } from "../query.js";
import { hybridPolicy, keywordClause, scopeClause } from "../query.js";
import type { QueryStatistics } from "../statistics.js";
import type { StoreDeps } from "./deps.js";
import { requireModel } from "./insert.js";

interface List {
  readonly candidates: readonly Candidate[];
  readonly complete: boolean;
}

/** Both searches in one round trip: they are sent in the same tick, which node-redis writes as one pipeline. */
export async function search(deps: StoreDeps, query: SearchQuery): Promise<SearchResult> {
  const statistics = await deps.statistics.lookup(query.namespaces, query.filter, query.keyword?.terms ?? []);
  const [keyword, vector] = await Promise.all([
    keywordSearch(deps, query, statistics),
    vectorSearch(deps, query, statistics),
  ]);
  return {
    keyword: keyword?.candidates,
    vector: vector?.candidates,
    incomplete: [
      ...(keyword?.complete === false ? ["keyword" as const] : []),
      ...(vector?.complete === false ? ["vector" as const] : []),
    ],
  };
}

async function keywordSearch(
  { redis, keys }: StoreDeps,
  query: SearchQuery,
  { frequency }: QueryStatistics,
): Promise<List | undefined> {
  if (query.keyword === undefined) return undefined;
  const params: Params = {};
  const scope = scopeClause(query.namespaces, query.filter, params);
  const text = `${scope} ${keywordClause(query.keyword, frequency, params)}`;
  const reply = await redis.run((client) =>
    client.ft.search(keys.recordIndex(), text, {
      SCORER: "BM25STD",
      VERBATIM: true,
      WITHSCORES: true,
      RETURN: [],
      LIMIT: { from: 0, size: query.depth },
      PARAMS: params,
      DIALECT: 2,
    }),
  );
  return {
    candidates: reply.documents.map(({ id, score }) => ({ ...refOfKey(id), score: Number(score), prior: 1 })),
    complete: reply.warnings.length === 0,
  };
}

/**
 * A long memory has many passages and could fill the whole list alone, so where a full list of passages holds
 * too few memories, a deeper one is fetched.
 */
async function vectorSearch(
  deps: StoreDeps,
  query: SearchQuery,
  statistics: QueryStatistics,
): Promise<List | undefined> {
  if (query.vector === undefined) return undefined;
  let passages = query.depth;
  for (;;) {
    const { hits, complete } = await nearestPassages(deps, query, statistics, query.vector, passages);
    const candidates = bestPassages(hits);
    const exhausted = hits.length < passages || passages >= MAX_PASSAGES;
    if (exhausted || candidates.length >= query.depth / 4) return { candidates, complete };
    passages *= 4;
  }
}

const MAX_PASSAGES = 4096;

async function nearestPassages(
  { redis, keys, model }: StoreDeps,
  query: SearchQuery,
  { letThrough, records }: QueryStatistics,
  vector: Float32Array,
  passages: number,
): Promise<{ hits: Candidate[]; complete: boolean }> {
  const params: Params = { v: encodeIndexVector(vector) };
  const scope = scopeClause(query.namespaces, query.filter, params);
  const reply = await redis.run((client) =>
    client.ft.search(
      keys.vectorIndex(requireModel(model)),
      `(${scope})=>[KNN ${passages} @v $v HYBRID_POLICY ${hybridPolicy(letThrough, records)} AS distance]`,
      {
        SORTBY: "distance",
        RETURN: ["distance", "prior"],
        LIMIT: { from: 0, size: passages },
        PARAMS: params,
        DIALECT: 2,
      },
    ),
  );
  return {
    hits: reply.documents.map(({ id, value }) => ({
      ...refOfKey(id),
      score: 1 - Number(value["distance"]),
      prior: Number(value["prior"]),
    })),
    complete: reply.warnings.length === 0,
  };
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
