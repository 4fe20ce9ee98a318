import { facetQuery } from "../../memory/conditions/filter.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import { askIndex } from "../connection/ask-index.js";
import type { StoreDeps } from "../deps.js";
import { refOfKey } from "../keys.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

const LIMIT = 10;

export async function memoriesNaming(
  { redis, keys }: StoreDeps,
  namespace: string,
  set: string,
): Promise<MemoryRef[]> {
  const params: Params = {};
  const scopes = [{ root: namespace, below: false }];
  const filter = facetQuery({ metadata: { set } });
  const anyOf = { quarantined: "any", superseded: "any" } as const;
  const query = scopeClause(scopes, filter, params, PRESENT, anyOf);
  const [reply] = await askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    query,
    "NOCONTENT",
    ...commonArguments(LIMIT, params),
  ]);
  return readRows(reply, 1, refOfKey);
}
