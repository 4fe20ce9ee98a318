import { facetQuery } from "../../memory/conditions/filter.js";
import type { MemoryType } from "../../memory/model/record.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
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
  return readRows(await searchBefore(deps, namespace, type, before, limit), 1, refOfKey);
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
): Promise<unknown> {
  const params: Params = {};
  const filter = facetQuery({ memory_types: [type] });
  const scope = scopeClause([{ root: namespace, below: false }], filter, params, PRESENT, {
    quarantined: "any",
    superseded: "any",
  });
  const query = `${scope} ${rangeClause("since", { to: before })}`;
  return redis.search((client) =>
    client.sendCommand([
      "FT.SEARCH",
      keys.recordIndex(),
      query,
      "NOCONTENT",
      ...commonArguments(limit, params),
    ]),
  );
}
