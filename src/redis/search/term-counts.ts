import type { Scope } from "../../access/grants.js";
import { askIndex } from "../connection/ask-index.js";
import type { RedisGateway } from "../connection/client.js";
import type { TermCounts } from "../index-statistics.js";
import type { Keys } from "../keys.js";
import { shortKey } from "./short-key.js";
import { scopeClause } from "./query.js";
import type { Params } from "./query.js";

/** It stops here: counting goes through all that it counts. */
export const MOST_COUNTED = 256;
const KEEP_MS = 10_000;
/** Of a word that is held as often as is counted. It stays a frequent one, and the share that counts then is as old. */
const KEEP_MANY_MS = 30_000;
const MAX_ENTRIES = 20_000;

/**
 * Counts terms where the caller may read: an answer that is chosen or weighed by a count of all namespaces would say
 * which words the others hold. Pipelined: 0.1 ms a term, and kept for seconds, longest what many hold.
 */
export function createTermCounts(redis: RedisGateway, keys: Keys): TermCounts {
  const counts = new Map<string, { readonly count: number; readonly at: number }>();
  return async (scopes, terms) => {
    const now = performance.now();
    const place = shortKey(JSON.stringify(scopes));
    const nameOf = (term: string): string => shortKey(`${term} ${place}`);
    const found = new Map<string, number>();
    for (const term of terms) {
      const known = counts.get(nameOf(term));
      if (known === undefined) continue;
      if (known.at + (known.count < MOST_COUNTED ? KEEP_MS : KEEP_MANY_MS) > now)
        found.set(term, known.count);
    }
    const open = terms.filter((term) => !found.has(term));
    const counted = await Promise.all(open.map((term) => countOf(redis, keys, scopes, term)));
    if (counts.size > MAX_ENTRIES) counts.clear();
    for (const [index, term] of open.entries()) {
      const count = counted[index] ?? 0;
      counts.set(nameOf(term), { count, at: now });
      found.set(term, count);
    }
    return (term) => found.get(term) ?? 0;
  };
}

async function countOf(
  redis: RedisGateway,
  keys: Keys,
  scopes: readonly Scope[],
  term: string,
): Promise<number> {
  const params: Params = { term };
  const scope = scopeClause(scopes, { groups: [] }, params);
  const bound = Object.entries(params).flat();
  const replies = await askIndex(redis, scopes, [
    "FT.AGGREGATE",
    keys.recordIndex(),
    `${scope} $term`,
    "VERBATIM",
    "LIMIT",
    "0",
    String(MOST_COUNTED),
    "GROUPBY",
    "0",
    "REDUCE",
    "COUNT",
    "0",
    "AS",
    "held",
    "PARAMS",
    String(bound.length),
    ...bound,
    "DIALECT",
    "2",
  ]);
  return Math.min(
    MOST_COUNTED,
    replies.reduce<number>((sum, reply) => sum + countIn(reply), 0),
  );
}

/** The only row holds a name and a count; where nothing was counted, there is no row. */
function countIn(reply: unknown): number {
  const [, row] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  return Array.isArray(row) ? Number((row as readonly unknown[])[1]) : 0;
}
