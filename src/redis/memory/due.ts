import type { StoreDeps } from "./deps.js";
import { SEARCH_TIMEOUT_MS } from "./search.js";

/** The keys of records that have something to be done by now, the longest due first. */
export async function dueKeys(
  { redis, keys }: StoreDeps,
  field: "feedback_at" | "corroborate_at",
  now: number,
  limit: number,
): Promise<string[]> {
  const due = await redis.run((client) =>
    client.ft.search(keys.recordIndex(), `@${field}:[-inf ${now}]`, {
      SORTBY: field,
      RETURN: [],
      LIMIT: { from: 0, size: limit },
      TIMEOUT: SEARCH_TIMEOUT_MS,
      DIALECT: 2,
    }),
  );
  return due.documents.map(({ id }) => id);
}
