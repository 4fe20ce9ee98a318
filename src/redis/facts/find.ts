import type { FactPageQuery, FactQuery, FactRefs, FoundFacts } from "../../memory/ports/facts.js";
import { decodeMemory } from "../codec/decode.js";
import { askIndex } from "../connection/ask-index.js";
import type { IndexQuestion } from "../connection/ask-index.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { boundedBy, commonArguments } from "../search/search.js";
import { rangeClause } from "../search/numeric-range.js";
import { scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { numberOfSortKey, readAllRows, readRows, totalOf } from "../search/rows.js";

type Deps = Pick<StoreDeps, "redis" | "keys">;

export async function factRefs(deps: Deps, query: FactPageQuery): Promise<FactRefs> {
  // A range comes last: RediSearch 2.10 doesn't see a parameter right after one.
  const page = query.before === undefined ? "" : ` ${rangeClause("seq", { below: query.before })}`;
  const { total, rows } = await find(deps, query, page);
  return { total, refs: rows.map(({ key, place }) => Object.assign(refOfKey(key), { seq: place })) };
}

export async function facts(deps: Deps, query: FactQuery): Promise<FoundFacts> {
  if (deps.redis.nodes.clustered) {
    const { total, rows } = await find(deps, query, "");
    const texts = await deps.redis.run((client) =>
      Promise.all(rows.map(({ key }) => client.sendCommand(["JSON.GET", key, "$.memory"]))),
    );
    return {
      total,
      facts: texts.flatMap((json) => (typeof json === "string" ? (decodeMemory(json) ?? []) : [])),
    };
  }
  const [reply] = await askIndex(
    deps.redis,
    query.scopes,
    questionOf(deps, query, "", ["RETURN", "1", "$.memory"]),
  );
  const found = readRows(reply, 2, (_, fields: unknown) => {
    // For a record that has expired but isn't removed yet, RediSearch returns only the key.
    const json: unknown = Array.isArray(fields) ? fields[1] : undefined;
    return typeof json === "string" ? decodeMemory(`[${json}]`) : undefined;
  });
  return { total: totalOf([reply]), facts: found.filter((memory) => memory !== undefined) };
}

interface Row {
  readonly key: string;
  /** What they are in the order of. */
  readonly place: number;
}

/** Of the facts of several namespaces in a cluster, so many are looked at to find the latest. */
const MOST = 1000;

async function find(
  deps: Deps,
  query: FactQuery,
  page: string,
): Promise<{ total: number; rows: readonly Row[] }> {
  const { redis } = deps;
  const sorts = redis.nodes.clustered && inSeveral(query);
  const wide = sorts ? { ...query, limit: MOST } : query;
  const replies = await askIndex(
    redis,
    query.scopes,
    questionOf(deps, wide, page, ["NOCONTENT", "WITHSORTKEYS"]),
  );
  const rows = readAllRows(
    replies,
    2,
    (key, sortKey): Row => ({ key, place: numberOfSortKey(sortKey) }),
    latestFirst,
    wide.limit,
  );
  return { total: totalOf(replies), rows: sorts ? (await byBegin(deps, rows)).slice(0, query.limit) : rows };
}

const latestFirst = (one: Row, other: Row): number => other.place - one.place;

/** In a cluster, RediSearch 2.10 reads nothing of the records themselves, and so sorts by its sortable fields only. */
async function byBegin({ redis }: Deps, rows: readonly Row[]): Promise<Row[]> {
  const begins = await redis.run((client) =>
    Promise.all(rows.map(({ key }) => client.sendCommand(["JSON.GET", key, "$.index.since"]))),
  );
  return rows
    .map(({ key }, index): Row => {
      const json: unknown = begins[index];
      return { key, place: typeof json === "string" ? Number(json.slice(1, -1)) : 0 };
    })
    .toSorted(latestFirst);
}

/** Each namespace numbers its memories from 1, so numbers of several say nothing about which was recorded last. */
const inSeveral = ({ scopes }: FactQuery): boolean => scopes.length > 1 || scopes.some(({ below }) => below);

function questionOf(
  { redis, keys }: Deps,
  query: FactQuery,
  page: string,
  wanted: readonly string[],
): IndexQuestion {
  const params: Params = {};
  const scope = scopeClause(query.scopes, query.filter, params, query.moment);
  return [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope}${page}`,
    "SORTBY",
    inSeveral(query) ? "since" : "seq",
    "DESC",
    ...wanted,
    ...commonArguments(query.limit, params, boundedBy(redis)),
  ];
}
