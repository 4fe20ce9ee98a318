import type { RedisGateway } from "../connection/client.js";
import { askIndex } from "../connection/ask-index.js";
import { commonArguments } from "./search.js";
import { numberOfSortKey, readAllRows } from "./rows.js";
import { rangeClause } from "./numeric-range.js";

/** Fields of the notes whose time has come, the longest due first: of an index over hashes with a number `at`. */
export async function dueNotes(
  redis: RedisGateway,
  { index, fields }: { readonly index: string; readonly fields: readonly string[] },
  now: number,
  limit: number,
): Promise<(string | null)[][]> {
  const due = await dueFirst(redis, { index, field: "at" }, now, limit);
  // One command a note: they are of any namespace, and so of any slot.
  return redis.run((client) => Promise.all(due.map((key) => client.hmGet(key, [...fields]))));
}

/** The keys of what is due by a field, the longest due first. */
export async function dueFirst(
  redis: RedisGateway,
  { index, field }: { readonly index: string; readonly field: string },
  now: number,
  limit: number,
): Promise<string[]> {
  const replies = await askIndex(
    redis,
    "everywhere",
    [
      "FT.SEARCH",
      index,
      `${rangeClause(field, { to: now })}`,
      "NOCONTENT",
      "SORTBY",
      field,
      "WITHSORTKEYS",
      ...commonArguments(limit, {}),
    ],
    "run",
  );
  const due = readAllRows(
    replies,
    2,
    (key, sortKey) => ({ key, at: numberOfSortKey(sortKey) }),
    (one, other) => one.at - other.at,
    limit,
  );
  return due.map(({ key }) => key);
}
