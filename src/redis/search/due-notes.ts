import type { RedisGateway } from "../connection/client.js";
import { SEARCH_TIMEOUT_MS } from "./search.js";
import { rangeClause } from "./numeric-range.js";

/** Fields of the notes whose time has come, the longest due first: of an index over hashes with a number `at`. */
export async function dueNotes(
  redis: RedisGateway,
  { index, fields }: { readonly index: string; readonly fields: readonly string[] },
  now: number,
  limit: number,
): Promise<(string | null)[][]> {
  return redis.run(async (client) => {
    const found = await client.ft.search(index, `${rangeClause("at", { to: now })}`, {
      SORTBY: "at",
      RETURN: [],
      LIMIT: { from: 0, size: limit },
      TIMEOUT: SEARCH_TIMEOUT_MS,
      DIALECT: 2,
    });
    // One command a note: they are of any namespace, and so of any slot.
    return Promise.all(found.documents.map(({ id }) => client.hmGet(id, [...fields])));
  });
}
