import type { PendingEmbedding } from "../../memory/ports.js";
import { decodePending } from "../codec.js";
import type { StoreDeps } from "./deps.js";
import { SEARCH_TIMEOUT_MS } from "./search.js";

export async function pendingEmbeddings(
  { redis, keys }: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly PendingEmbedding[]> {
  return redis.run(async (client) => {
    const due = await client.ft.search(keys.recordIndex(), `@embed_at:[-inf ${now}]`, {
      SORTBY: "embed_at",
      RETURN: [],
      LIMIT: { from: 0, size: limit },
      TIMEOUT: SEARCH_TIMEOUT_MS,
      DIALECT: 2,
    });
    // One command a record: they are of any namespace, and so of any slot.
    const replies = await Promise.all(
      due.documents.map(({ id }) => client.sendCommand(["JSON.GET", id, "$"])),
    );
    return replies.flatMap((reply) => (typeof reply === "string" ? [decodePending(reply)] : []));
  });
}
