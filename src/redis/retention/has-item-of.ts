import { facetQuery } from "../../memory/conditions/filter.js";
import { VALUE_FORMS, VALUE_MARK } from "../../memory/model/parts.js";
import { askIndex } from "../connection/ask-index.js";
import type { StoreDeps } from "../deps.js";
import { filledShare } from "../search/indexes.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { totalOf } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

export async function hasItemOf(
  { redis, keys }: StoreDeps,
  namespace: string,
  set: string,
): Promise<boolean> {
  const scopes = [{ root: namespace, below: false }];
  const params: Params = {};
  const filter = facetQuery({ metadata: { [VALUE_MARK]: [...VALUE_FORMS], set } });
  const anyOf = { quarantined: "any", superseded: "any" } as const;
  const query = scopeClause(scopes, filter, params, PRESENT, anyOf);
  const question = ["FT.SEARCH", keys.recordIndex(), query, "NOCONTENT"] as const;
  const isFound = async (): Promise<boolean> =>
    totalOf(await askIndex(redis, scopes, [...question, ...commonArguments(0, params)])) > 0;
  if (await isFound()) return true;
  // After a restart Redis fills the index from the keys, and may not have come to the item yet.
  if ((await filledShare(redis, keys.recordIndex(), scopes)) < 1) return true;
  return isFound();
}
