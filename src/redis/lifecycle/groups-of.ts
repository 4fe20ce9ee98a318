import type { EmbeddingStatus, MemoryType } from "../../memory/model/record.js";
import type { Endings, Group } from "../../memory/ports/lifecycle.js";
import { askIndex } from "../connection/ask-index.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { rangeClause } from "../search/numeric-range.js";
import type { Scope } from "../../access/grants.js";
import type { RedisGateway } from "../connection/client.js";
import { readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** Records per query: about 10 ms, during which Redis serves no other request. */
const WINDOW = 1000;

/** A record that has expired but isn't removed yet has no fields, which would be an error in RediSearch. */
const AGGREGATION = `
  LOAD 18
    $.memory.memory_type AS type
    $.memory.recorded_at AS recorded
    $.memory.embedding.status AS status
    $.index.bytes AS json
    $.index.vector_bytes AS vectors
    $.index.version_bytes AS versions
  FILTER exists(@recorded)
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
  { redis, keys }: StoreDeps,
  namespace: string,
  budgetMs: number,
  superseded: boolean,
): Promise<{ readonly groups: readonly Group[]; readonly complete: boolean }> {
  const params: Params = {};
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, { groups: [] }, params, PRESENT, {
    superseded: superseded ? "only" : "none",
  });
  const last = Number((await redis.run((client) => client.get(keys.sequence(namespace)))) ?? 0);
  const merged = new Map<string, Group>();
  const until = performance.now() + budgetMs;
  // The newest first: of a namespace that is too large, the latest days are right.
  for (let to = last; to > 0; to -= WINDOW) {
    if (performance.now() > until) return { groups: [...merged.values()], complete: false };
    const range = `${scope} ${rangeClause("seq", { from: to - WINDOW + 1, to })}`;
    const groups = redis.nodes.clustered
      ? await readEach(redis, scopes, [keys.recordIndex(), range], params)
      : await aggregate(redis, scopes, [keys.recordIndex(), range], params);
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

const PATHS = [
  "$.memory.memory_type",
  "$.memory.recorded_at",
  "$.memory.embedding.status",
  "$.index.bytes",
  "$.index.vector_bytes",
  "$.index.version_bytes",
] as const;

/** In a cluster, RediSearch 2.10 reads nothing of the records themselves. */
async function readEach(
  redis: RedisGateway,
  scopes: readonly Scope[],
  [index, query]: readonly [string, string],
  params: Params,
): Promise<Group[]> {
  const [reply] = await askIndex(redis, scopes, [
    "FT.SEARCH",
    index,
    query,
    "NOCONTENT",
    ...commonArguments(WINDOW, params),
  ]);
  const found = readRows(reply, 1, (key) => key);
  const texts = await redis.search((client) =>
    Promise.all(found.map((key) => client.sendCommand(["JSON.GET", key, ...PATHS]))),
  );
  return texts.flatMap((json) => {
    if (typeof json !== "string") return [];
    const fields = JSON.parse(json) as Readonly<Record<(typeof PATHS)[number], readonly [unknown?]>>;
    const [type, recorded, status, ...bytes] = PATHS.map((path) => fields[path][0]);
    const sum = bytes.reduce<number>((total, each) => total + Number(each ?? 0), 0);
    const day = Math.floor(Number(recorded) / 86_400_000);
    return [
      { memoryType: type as MemoryType, day, status: status as EmbeddingStatus, memories: 1, bytes: sum },
    ];
  });
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
      next: next.map(({ value, score }) => ({ id: value.split(":")[0] ?? "", expiresAt: score })),
    };
  });
}
