import type { Scope } from "../../access/grants.js";
import type { CountQuery } from "../../memory/ports/search.js";
import { askIndex } from "../connection/ask-index.js";
import { scopeClause } from "./query.js";
import type { Params } from "./query.js";
import type { StoreDeps } from "../deps.js";
import { totalOf } from "./rows.js";
import { commonArguments } from "./search.js";

/** In a set whose members have one score, they are in the order of their bytes. */
export async function namespacesIn(
  { redis, keys }: StoreDeps,
  { root, below }: Scope,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const between = (from: string, to: string) =>
    redis.run((client) =>
      client.zRange(keys.namespaces(), from, to, { BY: "LEX", LIMIT: { offset: 0, count: limit } }),
    );
  const later = (from: string): string => (after === undefined || after < from.slice(1) ? from : `(${after}`);
  if (below && root === "") return between(after === undefined ? "-" : `(${after}`, "+");
  const own = after === undefined || after < root ? between(`[${root}`, `[${root}`) : [];
  // "/" is the byte after ".", so this is what begins with `root.`
  const rest =
    below && (after === undefined || after < `${root}/`) ? between(later(`[${root}.`), `(${root}/`) : [];
  return [...(await own), ...(await rest)].slice(0, limit);
}

/** All in one round trip: they are sent in the same tick, which node-redis writes as one pipeline. */
export async function countIn(
  { redis, keys }: StoreDeps,
  queries: readonly CountQuery[],
): Promise<readonly number[]> {
  return Promise.all(
    queries.map(async ({ scopes, filter }) => {
      const params: Params = {};
      const clause = scopeClause(scopes, filter, params);
      const replies = await askIndex(redis, scopes, [
        "FT.SEARCH",
        keys.recordIndex(),
        clause === "" ? "*" : clause,
        "NOCONTENT",
        ...commonArguments(0, params),
      ]);
      return totalOf(replies);
    }),
  );
}
