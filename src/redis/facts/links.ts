import type { FoundLinks, Link, LinkQuery } from "../../memory/ports/facts.js";
import { parseStored } from "../codec/document.js";
import type { StoredMemory } from "../codec/document.js";
import { askIndex } from "../connection/ask-index.js";
import { expiring } from "../connection/expiring.js";
import type { StoreDeps } from "../deps.js";
import { refOfKey } from "../keys.js";
import { anyOfClause, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { numberOfSortKey, readAllRows, totalOf } from "../search/rows.js";
import { boundedBy, commonArguments } from "../search/search.js";
import { orderOf } from "./find.js";

/** Of a record, only these are read: its content and its metadata may be a thousand times longer. */
const PATHS = {
  fact: "$.memory.fact",
  expires: "$.memory.expires_at",
  superseded: "$.memory.superseded_at",
  by: "$.memory.superseded_by",
  quarantined: "$.memory.quarantined",
} as const;
const WANTED = Object.values(PATHS);

/**
 * Sorted by what the index holds: sorting by what only the records say would read each fact of an entity that thousands are
 * about.
 */
export async function links(store: StoreDeps, query: LinkQuery): Promise<FoundLinks> {
  const { scopes, filter, moment, limit, named, deadline } = query;
  const redis = deadline === undefined ? store.redis : expiring(store.redis, deadline);
  const { clustered } = redis.nodes;
  const params: Params = {};
  const replies = await askIndex(redis, scopes, [
    "FT.SEARCH",
    store.keys.recordIndex(),
    [
      scopeClause(scopes, filter, params, moment),
      ...(named === undefined ? [] : [anyOfClause(named, params)]),
    ].join(" "),
    ...(named === undefined ? ["WITHSORTKEYS", "SORTBY", orderOf(query), "DESC"] : ["WITHSCORES"]),
    // In a cluster, RediSearch 2.10 reads nothing of the records themselves.
    ...(clustered ? ["NOCONTENT"] : ["RETURN", String(WANTED.length), ...WANTED]),
    ...commonArguments(limit, params, boundedBy(redis)),
  ]);
  const rows = readAllRows(
    replies,
    clustered ? 2 : 3,
    (key, place, fields): Row => ({
      key,
      place: named === undefined ? numberOfSortKey(place) : Number(place),
      fields,
    }),
    (one, other) => other.place - one.place,
    limit,
  );
  const total = totalOf(replies);
  if (!clustered)
    return { total, links: rows.flatMap(({ key, fields }) => linkOf(key, returned(fields)) ?? []) };
  const texts = await redis.run((client) =>
    Promise.all(rows.map(({ key }) => client.sendCommand(["JSON.GET", key, ...WANTED]))),
  );
  return { total, links: rows.flatMap(({ key }, index) => linkOf(key, got(texts[index])) ?? []) };
}

interface Row {
  readonly key: string;
  /** What they are in the order of. */
  readonly place: number;
  readonly fields: unknown;
}

/** The value at a path; undefined: there is none, or it is null. */
type Values = (path: string) => unknown;

/** RETURN gives paths and values in turn, an object's as JSON; it omits what isn't there. */
function returned(fields: unknown): Values {
  const list: readonly unknown[] = Array.isArray(fields) ? fields : [];
  return (path) => {
    const place = list.indexOf(path);
    const value = place === -1 ? undefined : list[place + 1];
    if (value === null || value === "null") return undefined;
    return path === PATHS.fact && typeof value === "string" ? parseStored(value) : value;
  };
}

/** JSON.GET gives an array for each path; nothing for a record that has gone since. */
function got(text: unknown): Values {
  const arrays =
    typeof text === "string" ? parseStored<Readonly<Record<string, readonly unknown[]>>>(text) : {};
  return (path) => arrays[path]?.[0] ?? undefined;
}

/** For a record that has expired but isn't removed yet, RediSearch returns only the key. */
function linkOf(key: string, values: Values): Link | undefined {
  const fact = values(PATHS.fact) as StoredMemory["fact"];
  if (fact === undefined) return undefined;
  const time = (path: string): number | null => {
    const value = values(path);
    return value === undefined ? null : Number(value);
  };
  const by = values(PATHS.by);
  return {
    ...refOfKey(key),
    fact,
    expires_at: time(PATHS.expires),
    superseded_at: time(PATHS.superseded),
    superseded_by: typeof by === "string" ? by : null,
    quarantined: values(PATHS.quarantined) !== undefined,
  };
}
