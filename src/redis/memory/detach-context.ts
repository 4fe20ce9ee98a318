import type { MemoryRef } from "../../memory/model/ref.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import type { StoreDeps } from "../deps.js";
import { askIndex } from "../connection/ask-index.js";
import { readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

/**
 * Takes the words of a deleted memory out of its successors' index entries, and has them embedded again. Idempotent. A
 * memory usually has one successor; concurrent writers of one session can give it several.
 */
export async function detachContext(
  { redis, keys }: StoreDeps,
  { namespace, id }: MemoryRef,
  now: number,
): Promise<void> {
  const params: Params = { id };
  const scopes = [{ root: namespace, below: false }];
  // Whatever has become of a successor since, its entry holds the words.
  const all = { superseded: "any", quarantined: "any" } as const;
  const scope = scopeClause(scopes, { groups: [] }, params, PRESENT, all);
  const [reply] = await askIndex(
    redis,
    scopes,
    [
      "FT.SEARCH",
      keys.recordIndex(),
      `${scope} @follows:{$id}`,
      "NOCONTENT",
      ...commonArguments(1000, params),
    ],
    "run",
  );
  const successors = readRows(reply, 1, (key) => key);
  await redis.run((client) =>
    Promise.all(successors.map((successor) => client.detachContext([successor], [id, String(now)]))),
  );
}
