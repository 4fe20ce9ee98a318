import type { EmbeddingStatus, MemoryType } from "../../memory/model/record.js";
import type { Endings, Group } from "../../memory/ports/lifecycle.js";
import { askIndex } from "../connection/ask-index.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { rangeClause } from "../search/numeric-range.js";
import type { Scope } from "../../access/grants.js";
import type { RedisGateway } from "../connection/client.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** Records per query: about 10 ms, during which Redis serves no other request. */
const WINDOW = 5000;
/** Records that one command looks at: each that has expired is removed from the indexes. */
const REMOVED = 250;
/** Clocks may differ. A look at a record that lives changes nothing. */
const AHEAD_MS = 60_000;

/** Of values that the index holds, see `recordIndex`: nothing is loaded. */
const AGGREGATION = `
  APPLY floor(@recorded/86400000) AS day
  GROUPBY 3 @type @day @status
    REDUCE COUNT 0 AS memories
    REDUCE SUM 1 @json AS json
    REDUCE SUM 1 @vectors AS vectors
    REDUCE SUM 1 @versions AS versions
  LIMIT 0 ${WINDOW} TIMEOUT 2000`
  .trim()
  .split(/\s+/);

/** Counts a namespace's memories, window by window of its sequence, so that no query keeps others waiting. */
export async function groupsOf(
  deps: StoreDeps,
  namespace: string,
  budgetMs: number,
  superseded: boolean,
): Promise<{ readonly groups: readonly Group[]; readonly complete: boolean }> {
  const { redis, keys } = deps;
  const params: Params = {};
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, { groups: [] }, params, PRESENT, {
    superseded: superseded ? "only" : "none",
  });
  await removeExpired(deps, namespace);
  const last = Number((await redis.run((client) => client.get(keys.sequence(namespace)))) ?? 0);
  const merged = new Map<string, Group>();
  const until = performance.now() + budgetMs;
  // The newest first: of a namespace that is too large, the latest days are right.
  for (let to = last; to > 0; to -= WINDOW) {
    if (performance.now() > until) return { groups: [...merged.values()], complete: false };
    const range = `${scope} ${rangeClause("seq", { from: to - WINDOW + 1, to })}`;
    const groups = await aggregate(redis, scopes, [keys.recordIndex(), range], params);
    for (const group of groups) {
      const key = `${group.memoryType} ${group.day} ${group.status}`;
      const before = merged.get(key) ?? { memories: 0, bytes: 0 };
      merged.set(key, {
        ...group,
        memories: before.memories + group.memories,
        bytes: before.bytes + group.bytes,
      });
    }
  }
  return { groups: [...merged.values()], complete: true };
}

/**
 * Removes records that have expired from the indexes, which hold them until Redis comes by: a look at a key that has expired
 * deletes it. Those that lua/usage.lua counted out are removed already.
 */
async function removeExpired({ redis, keys }: StoreDeps, namespace: string): Promise<void> {
  const until = Date.now() + AHEAD_MS;
  const ended = await redis.run((client) => client.zRangeByScore(keys.usageEnding(namespace), "-inf", until));
  for (let from = 0; from < ended.length; from += REMOVED) {
    const records = ended.slice(from, from + REMOVED).map((member) => keys.record(namespace, idOf(member)));
    await redis.run((client) => client.exists(records));
  }
}

async function aggregate(
  redis: RedisGateway,
  scopes: readonly Scope[],
  [index, query]: readonly [string, string],
  params: Params,
): Promise<Group[]> {
  const bound = Object.entries(params).flat();
  const named = ["PARAMS", String(bound.length), ...bound, "DIALECT", "2"];
  const [reply] = await askIndex(redis, scopes, ["FT.AGGREGATE", index, query, ...AGGREGATION, ...named]);
  return readGroups(reply);
}

/** Reads a reply of FT.AGGREGATE (RESP2): after a number, a list of names and values in turn for each row. */
function readGroups(reply: unknown): Group[] {
  const [, ...rows] = arrayOf(reply, "FT.AGGREGATE (RESP2)");
  return rows.flatMap((row) => {
    if (!Array.isArray(row)) return [];
    const value = (name: string): string => {
      const place = row.indexOf(name);
      return place === -1 ? "" : String(row[place + 1]);
    };
    const number = (name: string): number => {
      const found = Number(value(name));
      return Number.isFinite(found) ? found : 0;
    };
    return [
      {
        memoryType: value("type") as MemoryType,
        day: number("day"),
        status: value("status") as EmbeddingStatus,
        memories: number("memories"),
        bytes: number("json") + number("vectors") + number("versions"),
      },
    ];
  });
}

/** The namespace's usage knows what of it ends by itself: members are `<id>:<bytes>`, see lua/usage.lua. */
export async function endingsOf(
  { redis, keys }: StoreDeps,
  namespace: string,
  now: number,
  moments: readonly number[],
  limit: number,
): Promise<Endings> {
  const key = keys.usageEnding(namespace);
  return redis.run(async (client) => {
    const [next, ended, unnoticed, ...counts] = await Promise.all([
      client.zRangeByScoreWithScores(key, now, "+inf", { LIMIT: { offset: 0, count: limit } }),
      client.hGet(keys.usage(namespace), "ended"),
      client.zCount(key, "-inf", `(${now}`),
      ...moments.map((moment) => client.zCount(key, now, moment)),
    ]);
    return {
      counts,
      // Those that no write has counted out yet, too.
      ended: Number(ended ?? 0) + unnoticed,
      next: next.map(({ value, score }) => ({ id: idOf(value), expiresAt: score })),
    };
  });
}

const idOf = (member: string): string => member.split(":")[0] ?? "";
