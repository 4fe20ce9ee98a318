import { rangeClause } from "../search/numeric-range.js";
import type { StoreDeps } from "../deps.js";
import { askIndex } from "../connection/ask-index.js";
import { readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

const TOGETHER = 500;

/** A few at a time, so that a store with many of them goes on serving. */
export async function hastenEmbeddings({ redis, keys }: StoreDeps, now: number): Promise<void> {
  const later = rangeClause("embed_at", { above: now });
  if (later === undefined) return;
  for (;;) {
    const replies = await askIndex(
      redis,
      "everywhere",
      ["FT.SEARCH", keys.recordIndex(), later, "NOCONTENT", ...commonArguments(TOGETHER, {})],
      "run",
    );
    const found = replies.flatMap((reply) => readRows(reply, 1, (key) => key));
    if (found.length === 0) return;
    await redis.run((client) =>
      Promise.all(
        found.map((id) => client.sendCommand(["JSON.SET", id, "$.index.embed_at", String(now), "XX"])),
      ),
    );
  }
}
