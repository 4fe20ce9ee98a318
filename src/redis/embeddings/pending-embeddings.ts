import type { PendingEmbedding } from "../../memory/ports/embedding.js";
import { decodePending } from "../codec/decode.js";
import type { StoreDeps } from "../deps.js";
import { dueRecords } from "../search/due.js";

export async function pendingEmbeddings(
  deps: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly PendingEmbedding[]> {
  const due = await dueRecords(deps, "embed_at", ["$"], now, limit);
  return due.map(({ json }) => decodePending(json));
}
