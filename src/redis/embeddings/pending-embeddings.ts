import type { PendingEmbedding } from "../../memory/ports.js";
import { decodePending } from "../codec.js";
import type { StoreDeps } from "./deps.js";
import { dueRecords } from "./due.js";

export async function pendingEmbeddings(
  deps: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly PendingEmbedding[]> {
  const due = await dueRecords(deps, "embed_at", ["$"], now, limit);
  return due.map(({ json }) => decodePending(json));
}
