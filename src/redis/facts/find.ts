import type { FactPageQuery, FactQuery, FactRefs, FoundFacts } from "../../memory/ports/facts.js";
import { decodeMemory } from "../codec/decode.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { commonArguments } from "../search/search.js";
import { rangeClause } from "../search/numeric-range.js";
import { scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { numberOfSortKey, readRows, totalOf } from "../search/rows.js";

type Deps = Pick<StoreDeps, "redis" | "keys">;

export async function factRefs(deps: Deps, query: FactPageQuery): Promise<FactRefs> {
  // A range comes last: RediSearch 2.10 doesn't see a parameter right after one.
  const page = query.before === undefined ? "" : ` ${rangeClause("seq", { below: query.before })}`;
  const reply = await find(deps, query, page, ["NOCONTENT", "WITHSORTKEYS"]);
  return {
    total: totalOf(reply),
    refs: readRows(reply, 2, (key, sortKey) => ({ ...refOfKey(key), seq: numberOfSortKey(sortKey) })),
  };
}

export async function facts(deps: Deps, query: FactQuery): Promise<FoundFacts> {
  const reply = await find(deps, query, "", ["RETURN", "1", "$.memory"]);
  const found = readRows(reply, 2, (_, fields: unknown) => {
    // For a record that has expired but isn't removed yet, RediSearch returns only the key.
    const json: unknown = Array.isArray(fields) ? fields[1] : undefined;
    return typeof json === "string" ? decodeMemory(`[${json}]`) : undefined;
  });
  return { total: totalOf(reply), facts: found.filter((memory) => memory !== undefined) };
}

function find(
  { redis, keys }: Deps,
  { scopes, filter, moment, limit }: FactQuery,
  page: string,
  wanted: readonly string[],
): Promise<unknown> {
  const params: Params = {};
  const scope = scopeClause(scopes, filter, params, moment);
  // Each namespace numbers its memories from 1, so numbers of several say nothing about which was recorded last.
  const several = scopes.length > 1 || scopes.some(({ below }) => below);
  return redis.search((client) =>
    client.sendCommand([
      "FT.SEARCH",
      keys.recordIndex(),
      `${scope}${page}`,
      "SORTBY",
      several ? "since" : "seq",
      "DESC",
      ...wanted,
      ...commonArguments(limit, params),
    ]),
  );
}
