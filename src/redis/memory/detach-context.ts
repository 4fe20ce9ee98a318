import type { MemoryRef } from "../../memory/model/ref.js";
import { scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import type { StoreDeps } from "../deps.js";
import { SEARCH_TIMEOUT_MS } from "../search/search.js";

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
  const scope = scopeClause([{ root: namespace, below: false }], { groups: [] }, params);
  await redis.run(async (client) => {
    const found = await client.ft.search(keys.recordIndex(), `${scope} @follows:{$id}`, {
      RETURN: [],
      LIMIT: { from: 0, size: 1000 },
      PARAMS: params,
      TIMEOUT: SEARCH_TIMEOUT_MS,
      DIALECT: 2,
    });
    await Promise.all(
      found.documents.map(({ id: successor }) => client.detachContext([successor], [id, String(now)])),
    );
  });
}
