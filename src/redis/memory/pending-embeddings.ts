import type { PendingEmbedding } from "../../memory/ports.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "./deps.js";
import { getMany } from "./get.js";

export async function pendingEmbeddings(
  deps: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly PendingEmbedding[]> {
  const { redis, keys } = deps;
  const reply = await redis.run((client) =>
    client.ft.search(keys.recordIndex(), `@embed_at:[-inf ${now}]`, {
      SORTBY: "embed_at",
      RETURN: [],
      LIMIT: { from: 0, size: limit },
      DIALECT: 2,
    }),
  );
  const memories = await getMany(
    deps,
    reply.documents.map(({ id }) => refOfKey(id)),
  );
  return memories.filter((memory) => memory !== undefined);
}
