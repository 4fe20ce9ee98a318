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

async function find(
  deps: Deps,
  query: FactQuery,
  page: string,
): Promise<{ total: number; rows: readonly Row[] }> {
  const replies = await askIndex(
    deps.redis,
    query.scopes,
    questionOf(deps, query, page, ["NOCONTENT", "WITHSORTKEYS"]),
  );
  const rows = readAllRows(
    replies,
    2,
    (key, sortKey): Row => ({ key, place: numberOfSortKey(sortKey) }),
    latestFirst,
    query.limit,
  );
  return { total: totalOf(replies), rows };
}

const latestFirst = (one: Row, other: Row): number => other.place - one.place;

/**
 * The field whose order is that of recording. Each namespace numbers its memories from 1, so numbers of several say nothing
 * about which was recorded last: there it is the time.
 */
export const orderOf = ({ scopes }: Pick<FactQuery, "scopes">): "seq" | "since" =>
  scopes.length > 1 || scopes.some(({ below }) => below) ? "since" : "seq";

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
    orderOf(query),
    "DESC",
    ...wanted,
    ...commonArguments(query.limit, params, boundedBy(redis)),
  ];
}
