import { oldNamespace } from "../../memory/model/facets.js";
import type { StoreDeps } from "../deps.js";
import { eraseAnswers } from "../idempotency/erase.js";
import { askIndex } from "../connection/ask-index.js";
import { refOfKey } from "../keys.js";
import { rangeClause } from "../search/numeric-range.js";
import { readRows } from "../search/rows.js";
import { SEARCH_TIMEOUT_MS } from "../search/search.js";

/** Keys that one query gives. */
const PAGE = 1000;

export async function purgeVersionsBefore(
  deps: StoreDeps,
  namespace: string,
  before: number,
  limit: number,
): Promise<number> {
  const { redis, keys, meter } = deps;
  const ids = await withOldVersions(deps, namespace, before, limit);
  const counts = await redis.run((client) =>
    Promise.all(
      ids.map((id) =>
        client.purgeVersions(meter(namespace), [keys.record(namespace, id)], [id, String(before)]),
      ),
    ),
  );
  // They may hold what an old version said.
  await eraseAnswers({ redis, keys }, ids);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Superseded memories that only those find who ask for the past lie among the old versions; they stay. */
async function withOldVersions(
  { redis, keys }: StoreDeps,
  namespace: string,
  before: number,
  limit: number,
): Promise<string[]> {
  const ids = new Set<string>();
  for (let offset = 0; ids.size < limit; offset += PAGE) {
    const [reply] = await askIndex(
      redis,
      [{ root: namespace, below: false }],
      [
        "FT.SEARCH",
        keys.recordIndex(),
        `@ns:{$old} ${rangeClause("until", { to: before })}`,
        "NOCONTENT",
        "LIMIT",
        String(offset),
        String(PAGE),
        "TIMEOUT",
        String(SEARCH_TIMEOUT_MS),
        "PARAMS",
        "2",
        "old",
        oldNamespace(namespace),
        "DIALECT",
        "2",
      ],
    );
    const refs = readRows(reply, 1, refOfKey);
    for (const { id, version } of refs) if (version !== undefined && ids.size < limit) ids.add(id);
    if (refs.length < PAGE) break;
  }
  return [...ids];
}
