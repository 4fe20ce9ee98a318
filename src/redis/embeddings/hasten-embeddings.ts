import { rangeClause } from "../search/numeric-range.js";
import type { StoreDeps } from "../deps.js";
import { SEARCH_TIMEOUT_MS } from "../search/search.js";

const TOGETHER = 500;

/** A few at a time, so that a store with many of them goes on serving. */
export async function hastenEmbeddings({ redis, keys }: StoreDeps, now: number): Promise<void> {
  const later = rangeClause("embed_at", { above: now });
  if (later === undefined) return;
  for (;;) {
    const found = await redis.run((client) =>
      client.ft.search(keys.recordIndex(), later, {
        RETURN: [],
        LIMIT: { from: 0, size: TOGETHER },
        TIMEOUT: SEARCH_TIMEOUT_MS,
        DIALECT: 2,
      }),
    );
    if (found.documents.length === 0) return;
    await redis.run((client) =>
      Promise.all(
        found.documents.map(({ id }) =>
          client.sendCommand(["JSON.SET", id, "$.index.embed_at", String(now), "XX"]),
        ),
      ),
    );
  }
}
