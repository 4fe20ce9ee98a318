import { facetQuery } from "../../memory/conditions/filter.js";
import type { ArchiveAmount } from "../../memory/ports/archive.js";
import { askIndex } from "../connection/ask-index.js";
import type { StoreDeps } from "../deps.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { totalOf } from "../search/rows.js";
import { commonArguments } from "../search/search.js";
import { decodeFacts } from "./segments.js";

export async function amountIn(deps: StoreDeps, namespace: string): Promise<ArchiveAmount> {
  const { redis, keys } = deps;
  const values = await redis.run((client) => client.hVals(keys.archiveSegments(namespace)));
  const bytes = values.map(decodeFacts).reduce((sum, facts) => sum + facts.bytes, 0);
  const memories = values.length === 0 ? 0 : await countArchived(deps, namespace);
  return { memories, segments: values.length, bytes };
}

async function countArchived({ redis, keys }: StoreDeps, namespace: string): Promise<number> {
  const params: Params = {};
  const filter = facetQuery({ archived: true });
  const options = { superseded: "any", quarantined: "any" } as const;
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, filter, params, PRESENT, options);
  const replies = await askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    scope,
    "NOCONTENT",
    ...commonArguments(0, params),
  ]);
  return totalOf(replies);
}
