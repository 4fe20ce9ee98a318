import { facetQuery } from "../../memory/conditions/filter.js";
import { PART_FACET } from "../../memory/model/facets.js";
import type { MemoryType } from "../../memory/model/record.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { askIndex } from "../connection/ask-index.js";
import { refOfKey } from "../keys.js";
import { rangeClause } from "../search/numeric-range.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { readRows, totalOf } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

export async function memoriesBefore(
  deps: StoreDeps,
  namespace: string,
  type: MemoryType,
  before: number,
  limit: number,
): Promise<MemoryRef[]> {
  const [reply] = await searchBefore(deps, namespace, type, before, limit);
  return readRows(reply, 1, refOfKey);
}

export async function countBefore(
  deps: StoreDeps,
  namespace: string,
  type: MemoryType,
  before: number,
): Promise<number> {
  return totalOf(await searchBefore(deps, namespace, type, before, 0));
}

function searchBefore(
  { redis, keys }: StoreDeps,
  namespace: string,
  type: MemoryType,
  before: number,
  limit: number,
): Promise<readonly unknown[]> {
  const params: Params = {};
  // Parts of an item are kept as long as it: however many there are, no query has to look past them.
  const filter = { ...facetQuery({ memory_types: [type] }), without: [PART_FACET] };
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, filter, params, PRESENT, {
    quarantined: "any",
    superseded: "any",
  });
  const query = `${scope} ${rangeClause("since", { to: before })}`;
  return askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    query,
    "NOCONTENT",
    ...commonArguments(limit, params),
  ]);
}
